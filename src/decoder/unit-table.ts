import type { Topology } from '../graph/index.js';

/**
 * A topology as arrays, for searches over all units frame by frame. A state is a way into a unit: units after different left
 * units share one where their first column is the same.
 */
export interface UnitTable {
  units: number;
  states: number;
  /** [left × units + unit] → state. */
  stateOf: Int32Array;
  /** By state. */
  unitOf: Int32Array;
  enterColumn: Int32Array;
  enterCost: Float64Array;
  /** −1 where the unit has one frame only. */
  stayColumn: Int32Array;
  stayCost: Float64Array;
}

/** Takes time and memory by the square of the number of units. */
export function unitTable(topology: Topology): UnitTable {
  const { units } = topology;
  const stateOf = new Int32Array(units * units);
  const columns = new Set<number>();
  for (let left = 0; left < units; left++)
    for (let unit = 0; unit < units; unit++) columns.add(topology.enter(unit, left).column);
  const enterColumn = Int32Array.from(columns).sort();
  const state = new Map(Array.from(enterColumn, (column, i) => [column, i]));
  const states = enterColumn.length;
  const unitOf = new Int32Array(states);
  const enterCost = new Float64Array(states);
  const stayColumn = new Int32Array(states).fill(-1);
  const stayCost = new Float64Array(states);
  for (let left = 0; left < units; left++) {
    for (let unit = 0; unit < units; unit++) {
      const enter = topology.enter(unit, left);
      const s = state.get(enter.column) as number;
      stateOf[left * units + unit] = s;
      unitOf[s] = unit;
      enterCost[s] = enter.cost;
      const stay = topology.stay(unit, left);
      if (!stay) continue;
      stayColumn[s] = stay.column;
      stayCost[s] = stay.cost;
    }
  }
  return { units, states, stateOf, unitOf, enterColumn, enterCost, stayColumn, stayCost };
}
