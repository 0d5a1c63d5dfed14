# Two commands are enough on a fresh machine: make deploy, and make test.
# What is needed besides: Python 3.10 or newer. Node and Terraform are brought where they are missing.

ENVIRONMENT ?= sandbox

# The CDK: cdktf, or cdktn, which has an environment and a command line of its own.
TOOLKIT := $(or $(CONNECTIONS_TOOLKIT),cdktf)

RUN := env -u CONNECTIONS_TOOLKIT .venv/bin/python scripts/run.py
VENV := .venv$(if $(filter cdktn,$(TOOLKIT)),/cdktn)
DEPLOY := $(VENV)/bin/python scripts/deploy.py
CDK := $(VENV)/bin/python scripts/run.py --environment "$(ENVIRONMENT)" $(TOOLKIT)

.DEFAULT_GOAL := help
.PHONY: help demo deploy diff plan apply output destroy doctor test new-user size bench soak mutants check generate docs new-resource package clean setup setup-dev

help: ## List the commands.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14
	@echo 'APPROVE=yes deploys and destroys other environments without asking, for a pipeline'
	@echo 'ENVIRONMENT is sandbox by default; to choose another: ENVIRONMENT=staging make diff'
	@echo 'CONNECTIONS_TOOLKIT=cdktn uses CDK Terrain instead of the CDK for Terraform'

demo: setup ## Show a deploy step by step, against the sandbox; DEMO_PAUSE=0 does not wait.
	@$(RUN) python scripts/demo.py

deploy: setup ## Create and change what the environment describes; asks first, except for the sandbox.
	@$(DEPLOY) deploy "$(ENVIRONMENT)"

plan: setup ## Write a plan file, and print a summary of what it would do.
	@$(DEPLOY) plan "$(ENVIRONMENT)"

apply: setup ## Apply exactly the plan file that make plan wrote.
	@$(DEPLOY) apply "$(ENVIRONMENT)"

diff: setup ## Show what a deploy would do.
	@$(CDK) diff "$(ENVIRONMENT)"

output: setup ## Print the outputs of the stack, such as previous states.
	@$(CDK) output "$(ENVIRONMENT)"

destroy: setup ## Delete everything that was deployed; asks first, except for the sandbox.
	@$(DEPLOY) destroy "$(ENVIRONMENT)"

doctor: setup ## Check whether this machine has what a deploy needs.
	@$(VENV)/bin/python scripts/run.py python -m constructs_lib doctor

test: setup-dev ## Run all tests, but those of make new-user.
	@$(RUN) pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

new-user: setup-dev ## Walk the path of a new user on an empty machine; installs from the network.
	@$(RUN) pytest tests/acceptance/new_user

soak: setup-dev ## Run the tests of hostile responses, random requests and faults for minutes.
	@SOAK_SEQUENCES=200 $(RUN) pytest -m soak tests/faults
	@FAULT_LENGTHS=all FAULT_FORMS=all $(RUN) pytest --numprocesses auto --dist loadfile \
		tests/faults/test_fault_matrix.py tests/faults/test_fault_elastic.py
	@ODD_ANSWERS=all $(RUN) pytest tests/faults/test_odd_answers.py
	@OTHER_CDK=all $(RUN) pytest tests/acceptance/cdktn
	@PLAN_TWICE=1 DESTROY_ALL=1 $(RUN) pytest --numprocesses auto --dist loadfile tests/acceptance/fivetran tests/acceptance/elastic
	@ACCOUNT_SIZE=300 $(RUN) pytest tests/acceptance/fivetran/moved/test_migrate.py \
		tests/acceptance/fivetran/moved/test_moved_accounts.py tests/acceptance/fivetran/query/test_query.py \
		tests/acceptance/package/test_package_adopts.py
	@PROPERTY_EXAMPLES=10 $(RUN) pytest tests/unit/stacks/settings/test_yaml_writer.py \
		tests/unit/backend/plugin/protocol/test_plugin_messages_exchanged.py
	@HOSTILE_EXAMPLES=3000 $(RUN) pytest tests/acceptance/hostile/test_hostile_api.py
	@FUZZ_EXAMPLES=300 $(RUN) pytest tests/contract/server/test_sandbox_fuzz.py
	@seed="$${KILLS_SEED:-$$(date +%s)}" && echo "KILLS_SEED=$$seed" && \
		KILLS=300 KILLS_SEED="$$seed" $(RUN) pytest tests/acceptance/fivetran/killed/test_random_kills.py

mutants: setup-dev ## Change the code in small ways, and check that tests notice; takes hours; ONLY=journal for a part.
	@$(RUN) python tests/mutation/mutants.py --check $(ONLY)

check: setup-dev ## Check format, style, types and layers, and that generated files are up to date.
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(RUN) lint-imports
	@$(RUN) python scripts/message_types.py --check
	@$(RUN) python scripts/provider_registry.py --check
	@$(RUN) python scripts/prepared_schemas.py --check
	@$(RUN) python scripts/construct_signatures.py --check
	@$(RUN) python scripts/reference_pages.py --check
	@$(RUN) python scripts/command_reference.py --check
	@$(RUN) python scripts/message_page.py --check

generate: setup-dev ## Write the generated files from schemas, docstrings and examples.
	@$(RUN) python scripts/message_types.py
	@$(RUN) python scripts/provider_registry.py
	@$(RUN) python scripts/prepared_schemas.py
	@$(RUN) python scripts/construct_signatures.py
	@$(RUN) python scripts/reference_pages.py
	@$(RUN) python scripts/command_reference.py
	@$(RUN) python scripts/message_page.py

docs: setup-dev ## Build the docs site into build/docs; a broken link fails.
	@NO_MKDOCS_2_WARNING=1 $(RUN) mkdocs build
	@echo 'To read it: $(VENV)/bin/python -m http.server --bind 127.0.0.1 --directory build/docs'

new-resource: setup-dev ## Start a new resource: make new-resource NAME=fivetranops_example
	@$(RUN) python scripts/new_resource.py "$(NAME)"

size: setup-dev ## Count modules and lines; fails if there are too many.
	@$(RUN) python scripts/code_size.py

bench: setup-dev ## Run the benchmarks, and write docs/benchmarks.md; AGAINST=REVISION compares with a commit.
	@$(RUN) python tests/benchmarks/run.py $(if $(AGAINST),--against $(AGAINST))

package: setup-dev ## Build wheel, sources, bill of materials and a mirror into dist/, reproducibly.
	@$(RUN) python scripts/build_package.py

clean: ## Delete everything that was installed or written, including the sandbox and its state.
	rm -rf .venv node_modules cdktn-cli/node_modules
	rm -rf cdktf.out cdktf.log .sandbox terraform.sandbox.tfstate*
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	rm -rf test-artefacts
	find . -name __pycache__ -prune -exec rm -rf {} +

setup:
	@python="$$(scripts/check-prerequisites)" && "$$python" scripts/set_up.py

setup-dev: setup
	@python="$$(scripts/check-prerequisites)" && "$$python" scripts/set_up.py --dev
