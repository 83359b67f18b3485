/** Has the package lie in the file of the worker that imports this, and not beside it: that worker is started whole. */
import '@mlc-ai/web-xgrammar';
