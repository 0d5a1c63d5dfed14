# Two commands are enough on a fresh machine: make deploy, and make test.
# What is needed besides: Python 3.10 or newer. Node and Terraform are brought where they are missing.

ENVIRONMENT ?= sandbox

# The CDK: cdktf, or cdktn, which has an environment and a command line of its own.
TOOLKIT := $(or $(CONNECTIONS_TOOLKIT),cdktf)

RUN := env -u CONNECTIONS_TOOLKIT .venv/bin/python scripts/run.py
VENV := .venv$(if $(filter cdktn,$(TOOLKIT)),/cdktn)
CDK := $(VENV)/bin/python scripts/run.py --environment "$(ENVIRONMENT)" $(TOOLKIT)

.DEFAULT_GOAL := help
.PHONY: help demo deploy diff output destroy doctor test size bench soak mutants check generate new-resource package clean setup setup-dev

help: ## Show what there is.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14
	@echo 'ENVIRONMENT is sandbox, if it is not set; others: ENVIRONMENT=staging make diff'
	@echo 'CONNECTIONS_TOOLKIT=cdktn takes CDK Terrain in place of the CDK for Terraform'

demo: setup ## Show it, with the real Terraform against the sandbox; DEMO_PAUSE=0 runs through.
	@$(RUN) python scripts/demo.py

deploy: setup ## Create and change what the environment describes.
	@$(CDK) deploy "$(ENVIRONMENT)" --auto-approve

diff: setup ## Show what a deploy would do.
	@$(CDK) diff "$(ENVIRONMENT)"

output: setup ## Print what the stack tells, such as the states of before.
	@$(CDK) output "$(ENVIRONMENT)"

destroy: setup ## Delete all that was deployed.
	@$(CDK) destroy "$(ENVIRONMENT)" --auto-approve

doctor: setup ## Look whether this machine has what a deploy needs.
	@$(VENV)/bin/python scripts/run.py python -m constructs_lib doctor

test: setup-dev ## Run all tests.
	@$(RUN) pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

soak: setup-dev ## Run the tests with hostile answers, random requests and faults long: minutes.
	@SOAK_SEQUENCES=200 $(RUN) pytest -m soak tests/faults
	@FAULT_LENGTHS=all $(RUN) pytest --numprocesses auto --dist loadfile tests/faults/test_fault_matrix.py
	@ODD_ANSWERS=all $(RUN) pytest tests/faults/test_odd_answers.py
	@HOSTILE_EXAMPLES=3000 $(RUN) pytest tests/acceptance/hostile/test_hostile_api.py
	@FUZZ_EXAMPLES=300 $(RUN) pytest tests/contract/server/test_sandbox_fuzz.py
	@seed="$${KILLS_SEED:-$$(date +%s)}" && echo "KILLS_SEED=$$seed" && \
		KILLS=300 KILLS_SEED="$$seed" $(RUN) pytest tests/acceptance/fivetran/killed/test_random_kills.py

mutants: setup-dev ## Change the code in small ways, to see that tests notice: hours; ONLY=journal for a part.
	@$(RUN) python tests/mutation/mutants.py --check $(ONLY)

check: setup-dev ## Check format, style, types, layers, and that what is generated is fresh.
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(RUN) lint-imports
	@$(RUN) python scripts/message_types.py --check
	@$(RUN) python scripts/prepared_schemas.py --check
	@$(RUN) python scripts/construct_signatures.py --check
	@$(RUN) python scripts/reference_pages.py --check
	@$(RUN) python scripts/message_page.py --check

generate: setup-dev ## Write what is generated: from schemas, docstrings and examples.
	@$(RUN) python scripts/message_types.py
	@$(RUN) python scripts/prepared_schemas.py
	@$(RUN) python scripts/construct_signatures.py
	@$(RUN) python scripts/reference_pages.py
	@$(RUN) python scripts/message_page.py

new-resource: setup-dev ## Begin a resource: make new-resource NAME=fivetranops_example
	@$(RUN) python scripts/new_resource.py "$(NAME)"

size: setup-dev ## Count modules and their lines; fails where there are too many.
	@$(RUN) python scripts/code_size.py

bench: setup-dev ## Measure, and write docs/benchmarks.md; AGAINST=REVISION compares with a commit.
	@$(RUN) python tests/benchmarks/run.py $(if $(AGAINST),--against $(AGAINST))

package: setup-dev ## Build wheel, sources, bill of materials and a mirror into dist/, always the same bytes.
	@$(RUN) python scripts/build_package.py

clean: ## Delete what was installed and written, the sandbox with its Terraform state too.
	rm -rf .venv node_modules cdktn-cli/node_modules
	rm -rf cdktf.out cdktf.log .sandbox terraform.sandbox.tfstate*
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	rm -rf test-artefacts
	find . -name __pycache__ -prune -exec rm -rf {} +

setup:
	@python="$$(scripts/check-prerequisites)" && "$$python" scripts/set_up.py

setup-dev: setup
	@python="$$(scripts/check-prerequisites)" && "$$python" scripts/set_up.py --dev
