// Whether the service in this container answers that it is ready: the image's health check.
const answer = await fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).catch(() => null);
process.exit(answer?.ok ? 0 : 1);
