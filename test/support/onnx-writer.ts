import { ProtobufWriter } from './protobuf-writer.js';

/** onnx.proto's numbers of the element types that tests use. */
const TYPES = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
type Type = keyof typeof TYPES;

export interface Value {
  name: string;
  type: Type;
  /** A string names a symbolic axis. */
  dims: (number | string)[];
}

type Attribute = number | number[] | string | { float: number };

export interface Node {
  operator: string;
  inputs: string[];
  outputs: string[];
  /** Numbers are integers. */
  attributes?: Record<string, Attribute>;
}

export interface Weight {
  name: string;
  dims: number[];
  data: Float32Array | BigInt64Array;
  /** File that holds the data instead. */
  location?: string;
}

export interface Network {
  inputs: Value[];
  outputs: Value[];
  nodes: Node[];
  weights?: Weight[];
  properties?: Record<string, string>;
  opset?: number;
}

function valueInfo({ name, type, dims }: Value): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const d of dims)
    shape.bytes(1, typeof d === 'number' ? new ProtobufWriter().integer(1, d) : new ProtobufWriter().bytes(2, d));
  const tensor = new ProtobufWriter().integer(1, TYPES[type]).bytes(2, shape);
  return new ProtobufWriter().bytes(1, name).bytes(2, new ProtobufWriter().bytes(1, tensor));
}

function attribute(name: string, value: Attribute): ProtobufWriter {
  const out = new ProtobufWriter().bytes(1, name);
  if (typeof value === 'number') return out.integer(3, value).integer(20, 2);
  if (typeof value === 'string') return out.bytes(4, value).integer(20, 3);
  if (!Array.isArray(value)) return out.float(2, value.float).integer(20, 1);
  for (const v of value) out.integer(8, v);
  return out.integer(20, 7);
}

function node({ operator, inputs, outputs, attributes = {} }: Node): ProtobufWriter {
  const out = new ProtobufWriter();
  for (const name of inputs) out.bytes(1, name);
  for (const name of outputs) out.bytes(2, name);
  out.bytes(4, operator);
  for (const [name, value] of Object.entries(attributes)) out.bytes(5, attribute(name, value));
  return out;
}

function weight({ name, dims, data, location }: Weight): ProtobufWriter {
  const out = new ProtobufWriter();
  for (const d of dims) out.integer(1, d);
  out.integer(2, data instanceof Float32Array ? TYPES.float32 : TYPES.int64).bytes(8, name);
  if (location === undefined) return out.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return out.bytes(13, new ProtobufWriter().bytes(1, 'location').bytes(2, location)).integer(14, 1);
}

/** An ONNX file that onnxruntime runs. */
export function writeOnnx({ inputs, outputs, nodes, weights = [], properties = {}, opset = 17 }: Network): Uint8Array {
  const graph = new ProtobufWriter();
  for (const n of nodes) graph.bytes(1, node(n));
  graph.bytes(2, 'test');
  for (const w of weights) graph.bytes(5, weight(w));
  for (const v of inputs) graph.bytes(11, valueInfo(v));
  for (const v of outputs) graph.bytes(12, valueInfo(v));
  const model = new ProtobufWriter().integer(1, 8).bytes(2, 'hearken-tests').bytes(7, graph);
  model.bytes(8, new ProtobufWriter().bytes(1, '').integer(2, opset));
  for (const [key, value] of Object.entries(properties))
    model.bytes(14, new ProtobufWriter().bytes(1, key).bytes(2, value));
  return model.done();
}
