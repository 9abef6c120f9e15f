'use strict';
// For programs that are CommonJS: the package itself is an ES module, which they can load, but not at once.
exports.startCluster = async (options) => (await import('../dist/index.js')).startCluster(options);
