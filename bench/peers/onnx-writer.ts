/** As much of ONNX's protobuf as a small graph needs (onnx.proto, opset 17): enough to give a peer scores computed before, or to time a product. */

type Field = { field: number; value: bigint | number | string | Uint8Array };

function varint(value: bigint): number[] {
  const out: number[] = [];
  let v = BigInt.asUintN(64, value);
  do {
    const low = Number(v & 127n);
    v >>= 7n;
    out.push(v > 0n ? low | 128 : low);
  } while (v > 0n);
  return out;
}

function message(...fields: Field[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { field, value } of fields) {
    if (typeof value === 'number' || typeof value === 'bigint')
      parts.push(Uint8Array.from([...varint(BigInt(field << 3)), ...varint(BigInt(value))]));
    else {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      parts.push(Uint8Array.from([...varint(BigInt((field << 3) | 2)), ...varint(BigInt(bytes.length))]), bytes);
    }
  }
  return Buffer.concat(parts);
}

const each = (field: number, values: readonly (string | number | Uint8Array)[]): Field[] =>
  values.map((value) => ({ field, value }));

export const FLOAT = 1;
export const UINT8 = 2;
export const INT8 = 3;
export const INT64 = 7;

export function node(op: string, inputs: string[], outputs: string[], ints: Record<string, number> = {}): Uint8Array {
  const attributes = Object.entries(ints).map(([name, i]) =>
    message({ field: 1, value: name }, { field: 3, value: i }, { field: 20, value: 2 }),
  );
  return message(...each(1, inputs), ...each(2, outputs), { field: 4, value: op }, ...each(5, attributes));
}

export function tensor(
  name: string,
  type: number,
  dims: number[],
  data: Float32Array | BigInt64Array | Int8Array,
): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(...each(1, dims), { field: 2, value: type }, { field: 8, value: name }, { field: 9, value: bytes });
}

/** An input or output; a dimension is a size or a name. */
export function value(name: string, type: number, dims: (number | string)[]): Uint8Array {
  const shape = dims.map((d) => message({ field: typeof d === 'number' ? 1 : 2, value: d }));
  const tensorType = message({ field: 1, value: type }, { field: 2, value: message(...each(1, shape)) });
  return message({ field: 1, value: name }, { field: 2, value: message({ field: 1, value: tensorType }) });
}

export interface OnnxGraph {
  nodes: Uint8Array[];
  initializers: Uint8Array[];
  inputs: Uint8Array[];
  outputs: Uint8Array[];
  metadata: Record<string, string>;
}

export function onnxModel({ nodes, initializers, inputs, outputs, metadata }: OnnxGraph): Uint8Array {
  const graph = message(
    ...each(1, nodes),
    { field: 2, value: 'scores' },
    ...each(5, initializers),
    ...each(11, inputs),
    ...each(12, outputs),
  );
  const entries = Object.entries(metadata).map(([k, v]) => message({ field: 1, value: k }, { field: 2, value: v }));
  return message(
    { field: 1, value: 8 },
    { field: 7, value: graph },
    { field: 8, value: message({ field: 2, value: 17 }) },
    ...each(14, entries),
  );
}
