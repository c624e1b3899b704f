import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/db/tables.ts', './src/db/*-tables.ts'],
  // The drift check generates into a copy.
  out: process.env.DRIZZLE_OUT ?? './drizzle',
});
