import {createError} from '../errors/threadloom-error.ts';

/** What names its classes: a split or a source. */
interface Named {
	readonly name: string;
	readonly classes: readonly string[] | undefined;
}

/** A label of one number must mean the same class in both, where both say what their numbers mean. @throws CLASSES_DIFFER */
export const checkClasses = ({name, classes}: Named, {name: otherName, classes: otherClasses}: Named): void => {
	if (classes === undefined || otherClasses === undefined) {
		return;
	}

	const [first, other] = name === otherName ? [`the first ${name}`, `the other ${name}`] : [name, otherName];
	if (classes.length !== otherClasses.length || classes.some((name, index) => name !== otherClasses[index])) {
		throw createError('CLASSES_DIFFER', {
			first, other, classes, otherClasses, onlyFirst: classes.filter(name => !otherClasses.includes(name)), onlyOther: otherClasses.filter(name => !classes.includes(name)),
		});
	}
};
