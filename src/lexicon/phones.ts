/** Silence, optional between words. */
export const SILENCE = 'SIL';

/** The phone set of the shipped models: ARPAbet without stress (CMUdict's), after silence. Order is the model's. */
export const PHONES: readonly string[] = [
  SILENCE,
  ...'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(' '),
];
