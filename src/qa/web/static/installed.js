// An installed app opens without a connection too: a service worker keeps a page of our own for that.
navigator.serviceWorker?.register("service-worker.js").catch(() => {}); // not over plain http, and not in every browser
