// Settings of test runs, such as FC_SEED and ATTACK_SEEDS, in Node and in the browser alike. Vitest puts the environment where
// a source says `import.meta.env` in these very words, so they stand here and nowhere else.
declare global {
  interface ImportMeta {
    readonly env: Readonly<Record<string, string | undefined>>
  }
}

/** The environment: in Node that of the process, in the browser what vitest.browser.config.ts lets through. */
export const env: ImportMeta['env'] = import.meta.env
