// Lets the command line of the CDK load what translates HCL only once it is used: TypeScript, a
// translator between languages and two modules of WebAssembly, which take two seconds of processor
// time of each command. `synth`, `diff`, `deploy` and `destroy` rarely use any of it. A name that is
// used loads its module as ever.
"use strict";
const fs = require("fs");
const Module = require("module");

// What lays out the texts of the command line is asm.js. To check and compile all of it takes half a
// second of processor time of each command; as plain JavaScript it is compiled where it is used.
require("v8").setFlagsFromString("--no-validate-asm");

const LAZY = /^@cdktf\/(hcl2cdk|hcl2json|hcl-tools)$/;
const EXPORTED = /exports\.(\w+) =|defineProperty\(exports, "(\w+)"/g;
const load = Module._load;

Module._load = function (request, parent, ...rest) {
  if (!LAZY.test(request)) return load.call(this, request, parent, ...rest);
  const source = fs.readFileSync(Module._resolveFilename(request, parent), "utf8");
  const names = new Set([...source.matchAll(EXPORTED)].map((found) => found[1] || found[2]));
  names.delete("__esModule");
  // A module that exports in a way that is not read here is loaded at once.
  const isRead = names.size > 0 && !source.includes("__exportStar(");
  if (!isRead) return load.call(this, request, parent, ...rest);
  const lazy = Object.defineProperty({}, "__esModule", { value: true });
  for (const name of names) {
    const get = () => load.call(this, request, parent, ...rest)[name];
    Object.defineProperty(lazy, name, { enumerable: true, get });
  }
  return lazy;
};
