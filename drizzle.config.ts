import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/db/tables.ts', './src/db/link-tables.ts', './src/db/outbox-tables.ts', './src/db/catalog-tables.ts'],
  // The drift check generates into a copy.
  out: process.env.DRIZZLE_OUT ?? './drizzle',
});
