export default {
	files: ['test/**/*.test.ts'],
	typescript: {
		rewritePaths: {'src/': 'dist/src/', 'test/': 'dist/test/'},
		compile: false,
	},
	timeout: '3m',
	concurrency: 2,
};
