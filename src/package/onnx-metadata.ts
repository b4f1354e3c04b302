import { ProtobufReader } from '../binary/protobuf.js';
import { HearkenError } from '../errors.js';

/** TensorProto.DataType of onnx.proto, by number. */
const ELEMENT_TYPES = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
] as const;
export type ElementType = (typeof ELEMENT_TYPES)[number] | 'other';

/** An input or output of a network. */
export interface OnnxValue {
  name: string;
  type: ElementType;
  /** A number, the name of a symbolic axis, or undefined where the file leaves the axis open; undefined for no shape at all. */
  dims: readonly (number | string | undefined)[] | undefined;
}

/** What an ONNX file says of itself, besides its nodes and weights. */
export interface OnnxMetadata {
  irVersion: number;
  producer: string;
  /** Version by domain; '' is ONNX's own. */
  opsets: Readonly<Record<string, number>>;
  /** Without weights, which older files list among the inputs. */
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  /** `metadata_props`: sherpa-onnx, icefall and NeMo's exporters keep a model's constants there. */
  properties: Readonly<Record<string, string>>;
  /** Files with weights, relative to the file's directory. */
  externalFiles: readonly string[];
  /** Kinds of operators of the main graph; `MatMulInteger` is a sign of dynamic quantisation. */
  operators: ReadonlySet<string>;
}

/**
 * Read the metadata of an ONNX file (onnx.proto) without a runtime: onnxruntime-node hides `metadata_props`. Weights are
 * passed over. @param where the file's name in errors @throws MODEL_FILE for bytes that are not a whole ONNX model, and for
 * weights outside of the file's directory
 */
export function onnxMetadata(bytes: Uint8Array, where: string): OnnxMetadata {
  const model = new ProtobufReader(bytes, where);
  const opsets = new Map<string, number>();
  const properties = new Map<string, string>();
  let irVersion = 0;
  let producer = '';
  let graph: ReturnType<typeof readGraph> | undefined;
  while (model.next()) {
    if (model.field === 1) irVersion = model.integer();
    else if (model.field === 2) producer = model.text();
    else if (model.field === 7) graph = readGraph(model.message('graph'));
    else if (model.field === 8) opsets.set(...readOpset(model.message('opset')));
    else if (model.field === 14) properties.set(...readEntry(model.message('metadata')));
    else model.skip();
  }
  if (!graph || irVersion < 1) throw new HearkenError('MODEL_FILE', `${where}: not an ONNX model: it holds no graph`);
  const outside = [...graph.external].find((path) => !staysInside(path));
  if (outside !== undefined)
    throw new HearkenError('MODEL_FILE', `${where}: its weights lie outside of its directory: ${outside}`);
  const { weights, inputs, outputs, operators } = graph;
  return {
    irVersion,
    producer,
    opsets: Object.fromEntries(opsets),
    inputs: inputs.filter((v) => !weights.has(v.name)),
    outputs,
    properties: Object.fromEntries(properties),
    externalFiles: [...graph.external],
    operators,
  };
}

/** Whether a path of a file with weights leads nowhere but below. */
const staysInside = (path: string): boolean =>
  path !== '' && !/^[/\\]|^[a-z]:|\0/i.test(path) && !path.split(/[/\\]/).includes('..');

function readGraph(graph: ProtobufReader) {
  const weights = new Set<string>();
  const external = new Set<string>();
  const operators = new Set<string>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  while (graph.next()) {
    if (graph.field === 1) operators.add(readOperator(graph.message('node')));
    else if (graph.field === 5) readWeight(graph.message('weights'), weights, external);
    else if (graph.field === 11) inputs.push(readValue(graph.message('input')));
    else if (graph.field === 12) outputs.push(readValue(graph.message('output')));
    else graph.skip();
  }
  return { weights, external, operators, inputs, outputs };
}

function readOperator(node: ProtobufReader): string {
  let operator = '';
  while (node.next()) {
    if (node.field === 4) operator = node.text();
    else node.skip();
  }
  return operator;
}

/** A TensorProto's name, and the file it lies in if it is another. */
function readWeight(tensor: ProtobufReader, weights: Set<string>, external: Set<string>): void {
  while (tensor.next()) {
    if (tensor.field === 8) weights.add(tensor.text());
    else if (tensor.field === 13) {
      const [key, value] = readEntry(tensor.message('external data'));
      if (key === 'location') external.add(value);
    } else tensor.skip();
  }
}

/** StringStringEntryProto. */
function readEntry(entry: ProtobufReader): [string, string] {
  const pair: [string, string] = ['', ''];
  while (entry.next()) {
    if (entry.field === 1 || entry.field === 2) pair[entry.field - 1] = entry.text();
    else entry.skip();
  }
  return pair;
}

function readOpset(opset: ProtobufReader): [string, number] {
  const pair: [string, number] = ['', 0];
  while (opset.next()) {
    if (opset.field === 1) pair[0] = opset.text();
    else if (opset.field === 2) pair[1] = opset.integer();
    else opset.skip();
  }
  return pair;
}

/** ValueInfoProto: name and, of a tensor, element type and shape. */
function readValue(value: ProtobufReader): OnnxValue {
  let name = '';
  let type: ElementType = 'other';
  let dims: OnnxValue['dims'];
  while (value.next()) {
    if (value.field === 1) name = value.text();
    else if (value.field === 2) {
      const typeProto = value.message('type');
      while (typeProto.next()) {
        if (typeProto.field !== 1) typeProto.skip();
        else ({ type, dims } = readTensorType(typeProto.message('tensor')));
      }
    } else value.skip();
  }
  return { name, type, dims };
}

function readTensorType(tensor: ProtobufReader): { type: ElementType; dims: OnnxValue['dims'] } {
  let type: ElementType = 'other';
  let dims: (number | string | undefined)[] | undefined;
  while (tensor.next()) {
    if (tensor.field === 1) type = ELEMENT_TYPES[tensor.integer()] ?? 'other';
    else if (tensor.field === 2) {
      const shape = tensor.message('shape');
      dims = [];
      while (shape.next()) {
        if (shape.field === 1) dims.push(readDimension(shape.message('axis')));
        else shape.skip();
      }
    } else tensor.skip();
  }
  return { type, dims };
}

function readDimension(dimension: ProtobufReader): number | string | undefined {
  let value: number | string | undefined;
  while (dimension.next()) {
    if (dimension.field === 1) value = dimension.integer();
    else if (dimension.field === 2) value = dimension.text() || undefined;
    else dimension.skip();
  }
  return value;
}
