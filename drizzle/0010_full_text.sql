-- The words of a complaint become a tsvector, so that what is found can be ranked. Those stored before have no places.
DROP INDEX "complaints_words";--> statement-breakpoint
ALTER TABLE "complaints" ALTER COLUMN "words" SET DATA TYPE tsvector USING array_to_tsvector("words");--> statement-breakpoint
CREATE INDEX "complaints_words" ON "complaints" USING gin ("words");
