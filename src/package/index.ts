/** Model packages: their card, reading and writing them, and building a language part. */
export { type AdaptOptions, type AdaptReport, adaptLanguage } from './adapt-language.js';
export { type BuildOptions, type BuildReport, buildLanguage } from './build-language.js';
export { type ModelCard, parseCard } from './card.js';
export { compileGrammar, DEFAULT_FILLER, type GrammarOptions, type GrammarReport, OTHER } from './compile-grammar.js';
export { DEFAULT_MODEL, findModel, userModels } from './find-model.js';
export { type ImportOptions, type ImportReport, importModel } from './import-model.js';
export { type OnnxMetadata, type OnnxValue, onnxMetadata } from './onnx-metadata.js';
export { packageFile, readCard } from './read-card.js';
export { type PackageParts, readPackage, readWords, type WordsParts } from './read-package.js';
export { type Pronouncer, packagePronouncer, pronouncerOf } from './spelling.js';
export { readTopology, topologyOf } from './topology.js';
export type { LanguageOptions } from './write-language.js';
export { type NewPackage, writePackage } from './write-package.js';
