import { readFileSync } from 'node:fs';
import { HearkenError } from '../errors.js';
import { ChainTopology, ContextTable, CtcTopology, type Topology } from '../graph/index.js';
import type { ModelCard } from './card.js';
import { packageFile, readCard } from './read-card.js';

/**
 * What the columns of a model's scores mean.
 * @param contexts text of the card's `topology.contexts`, where it has one
 * @throws MODEL_CARD where they do not fit the card; MODEL_FILE where they are not a table
 */
export function topologyOf({ name, topology, spelling, acoustic }: ModelCard, contexts?: string): Topology {
  if (topology.kind === 'ctc') return new CtcTopology(acoustic.columns, topology.blank, topology.blankCost);
  const phones = spelling.units.length;
  const table = contexts === undefined ? ContextTable.monophone(phones) : ContextTable.parse(contexts);
  if (table.phones !== phones || 2 * table.units !== acoustic.columns)
    throw new HearkenError(
      'MODEL_CARD',
      `${name}: ${topology.contexts ?? 'one unit per phone'} does not fit the card's units and columns`,
    );
  return new ChainTopology(table);
}

/** The topology of the acoustic model in a package directory. @throws MODEL_NOT_FOUND, MODEL_CARD, MODEL_FILE */
export function readTopology(directory: string): Topology {
  const card = readCard(directory, false);
  const file = card.topology.kind === 'chain' ? card.topology.contexts : undefined;
  return topologyOf(card, file && readFileSync(packageFile(directory, card, file), 'utf8'));
}
