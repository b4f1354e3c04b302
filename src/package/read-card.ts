import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HearkenError } from '../errors.js';
import { type ModelCard, parseCard } from './card.js';
import { findModel } from './find-model.js';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Where a file of a package lies: in its directory, or in that of the package it extends. */
export function packageFile(directory: string, card: Pick<ModelCard, 'extends'>, name: string): string {
  const own = resolve(directory, name);
  if (card.extends === undefined || existsSync(own)) return own;
  const sibling = resolve(directory, '..', card.extends);
  return resolve(existsSync(sibling) ? sibling : findModel(card.extends), name);
}

/**
 * The card of a package directory.
 * @param verify whether the package's files are checked against the card's checksums
 * @throws MODEL_NOT_FOUND, MODEL_CARD, MODEL_CHECKSUM
 */
export function readCard(directory: string, verify = true): ModelCard {
  const path = resolve(directory, 'card.json');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new HearkenError('MODEL_CARD', `${path}: ${cause.message}`, { cause });
    throw new HearkenError('MODEL_NOT_FOUND', `no model package at ${directory}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const card = parseCard(json, path);
  for (const [file, checksum] of Object.entries(verify ? card.checksums : {})) {
    let bytes: Uint8Array;
    const at = packageFile(directory, card, file);
    try {
      bytes = readFileSync(at);
    } catch (cause) {
      throw new HearkenError('MODEL_NOT_FOUND', `model file ${at} is missing`, { cause });
    }
    if (sha256(bytes) !== checksum) {
      throw new HearkenError('MODEL_CHECKSUM', `model file ${at} is damaged: its SHA-256 differs from the card's`);
    }
  }
  return card;
}
