// One step of each optimizer over n parameters in place, in float32 and in the order of operations of its twin.
// n is a multiple of four.

/** 0 where |x| is at most the bound; what is no number stays so. `magnitude` has every bit but the sign. */
// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
function flush(x: v128, bounds: v128, magnitude: v128): v128 {
	return v128.andnot(x, f32x4.le(v128.and(x, magnitude), bounds));
}

/** w ← w − η g. */
export function sgd(n: i32, w: usize, g: usize, scale: f32, rate: f32): void {
	const scales = f32x4.splat(scale);
	const rates = f32x4.splat(rate);
	const end = w + (<usize>n << 2);
	for (; w < end; w += 16, g += 16) {
		const change = f32x4.mul(rates, f32x4.mul(v128.load(g), scales));
		v128.store(w, f32x4.sub(v128.load(w), change));
	}
}

// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
function momentumStep(n: i32, w: usize, g: usize, v: usize, scale: f32, rate: f32, momentum: f32, isNesterov: bool): void {
	const scales = f32x4.splat(scale);
	const rates = f32x4.splat(rate);
	const momenta = f32x4.splat(momentum);
	const end = w + (<usize>n << 2);
	for (; w < end; w += 16, g += 16, v += 16) {
		const change = f32x4.mul(rates, f32x4.mul(v128.load(g), scales));
		const speed = f32x4.sub(f32x4.mul(momenta, v128.load(v)), change);
		v128.store(v, speed);
		const step = isNesterov ? f32x4.sub(f32x4.mul(momenta, speed), change) : speed;
		v128.store(w, f32x4.add(v128.load(w), step));
	}
}

/** v ← m v − η g; w ← w + v. */
export function sgdMomentum(n: i32, w: usize, g: usize, v: usize, scale: f32, rate: f32, momentum: f32): void {
	momentumStep(n, w, g, v, scale, rate, momentum, false);
}

/** v ← m v − η g; w ← w + m v − η g. */
export function sgdNesterov(n: i32, w: usize, g: usize, v: usize, scale: f32, rate: f32, momentum: f32): void {
	momentumStep(n, w, g, v, scale, rate, momentum, true);
}

/** a ← a + g²; w ← w − η g / √(a + ε). */
export function adagrad(n: i32, w: usize, g: usize, a: usize, scale: f32, rate: f32, epsilon: f32): void {
	const scales = f32x4.splat(scale);
	const rates = f32x4.splat(rate);
	const epsilons = f32x4.splat(epsilon);
	const end = w + (<usize>n << 2);
	for (; w < end; w += 16, g += 16, a += 16) {
		const gradient = f32x4.mul(v128.load(g), scales);
		const sum = f32x4.add(v128.load(a), f32x4.mul(gradient, gradient));
		v128.store(a, sum);
		const step = f32x4.div(f32x4.mul(rates, gradient), f32x4.sqrt(f32x4.add(sum, epsilons)));
		v128.store(w, f32x4.sub(v128.load(w), step));
	}
}

// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
function rmspropStep(n: i32, w: usize, g: usize, s: usize, b: usize, a: usize, scale: f32, rate: f32, rho: f32, rest: f32, epsilon: f32, momentum: f32): void {
	const scales = f32x4.splat(scale);
	const rates = f32x4.splat(rate);
	const rhos = f32x4.splat(rho);
	const rests = f32x4.splat(rest);
	const epsilons = f32x4.splat(epsilon);
	const momenta = f32x4.splat(momentum);
	const zero = f32x4.splat(0);
	const end = w + (<usize>n << 2);
	for (; w < end; w += 16, g += 16, s += 16) {
		const gradient = f32x4.mul(v128.load(g), scales);
		let variance = f32x4.add(f32x4.mul(rhos, v128.load(s)), f32x4.mul(rests, f32x4.mul(gradient, gradient)));
		v128.store(s, variance);
		if (a != 0) {
			const mean = f32x4.add(f32x4.mul(rhos, v128.load(a)), f32x4.mul(rests, gradient));
			v128.store(a, mean);
			a += 16;
			// A variance is not negative, but rounded moments may say so.
			variance = f32x4.max(f32x4.sub(variance, f32x4.mul(mean, mean)), zero);
		}

		let step = f32x4.div(f32x4.mul(rates, gradient), f32x4.sqrt(f32x4.add(variance, epsilons)));
		if (b != 0) {
			step = f32x4.add(step, f32x4.mul(momenta, v128.load(b)));
			v128.store(b, step);
			b += 16;
		}

		v128.store(w, f32x4.sub(v128.load(w), step));
	}
}

/** s ← ρ s + (1 − ρ) g²; w ← w − η g / √(s + ε). */
export function rmsprop(n: i32, w: usize, g: usize, s: usize, scale: f32, rate: f32, rho: f32, rest: f32, epsilon: f32): void {
	rmspropStep(n, w, g, s, 0, 0, scale, rate, rho, rest, epsilon, 0);
}

/** The same with the step gathered in b. */
export function rmspropMomentum(n: i32, w: usize, g: usize, s: usize, b: usize, scale: f32, rate: f32, rho: f32, rest: f32, epsilon: f32, momentum: f32): void {
	rmspropStep(n, w, g, s, b, 0, scale, rate, rho, rest, epsilon, momentum);
}

/** The same with the square of the mean gradient a taken off s. */
export function rmspropCentered(n: i32, w: usize, g: usize, s: usize, a: usize, scale: f32, rate: f32, rho: f32, rest: f32, epsilon: f32): void {
	rmspropStep(n, w, g, s, 0, a, scale, rate, rho, rest, epsilon, 0);
}

export function rmspropCenteredMomentum(n: i32, w: usize, g: usize, s: usize, b: usize, a: usize, scale: f32, rate: f32, rho: f32, rest: f32, epsilon: f32, momentum: f32): void {
	rmspropStep(n, w, g, s, b, a, scale, rate, rho, rest, epsilon, momentum);
}

// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
function adamStep(at: usize, w: usize, g: usize, m: usize, v: usize, scales: v128, rates: v128, rests1: v128, rests2: v128, epsilons: v128, keeps: v128, leastGradients: v128, leastMoments: v128, magnitude: v128): void {
	const gradient = flush(f32x4.mul(v128.load(g + at), scales), leastGradients, magnitude);
	const oldMean = v128.load(m + at);
	const mean = flush(f32x4.add(oldMean, f32x4.mul(f32x4.sub(gradient, oldMean), rests1)), leastMoments, magnitude);
	const oldSquare = v128.load(v + at);
	let square = f32x4.add(oldSquare, f32x4.mul(f32x4.sub(f32x4.mul(gradient, gradient), oldSquare), rests2));
	square = v128.andnot(square, f32x4.le(square, leastMoments));
	v128.store(m + at, mean);
	v128.store(v + at, square);
	const step = f32x4.div(f32x4.mul(rates, mean), f32x4.add(f32x4.sqrt(square), epsilons));
	v128.store(w + at, f32x4.sub(f32x4.mul(v128.load(w + at), keeps), step));
}

/** m ← m + (1 − β₁)(g − m); v ← v + (1 − β₂)(g² − v); w ← keep · w − rate · m / (√v + ε), denormals flushed. */
export function adam(n: i32, w: usize, g: usize, m: usize, v: usize, scale: f32, rate: f32, rest1: f32, rest2: f32, epsilon: f32, keep: f32, leastGradient: f32, leastMoment: f32): void {
	const scales = f32x4.splat(scale);
	const rates = f32x4.splat(rate);
	const rests1 = f32x4.splat(rest1);
	const rests2 = f32x4.splat(rest2);
	const epsilons = f32x4.splat(epsilon);
	const keeps = f32x4.splat(keep);
	// Made once: the engine makes them anew in every round of a loop.
	const leastGradients = f32x4.splat(leastGradient);
	const leastMoments = f32x4.splat(leastMoment);
	const magnitude = i32x4.splat(0x7fffffff);
	const end = <usize>n << 2;
	let at: usize = 0;
	// Two at a time: a division takes long, and the next one need not wait for it.
	for (; at + 32 <= end; at += 32) {
		adamStep(at, w, g, m, v, scales, rates, rests1, rests2, epsilons, keeps, leastGradients, leastMoments, magnitude);
		adamStep(at + 16, w, g, m, v, scales, rates, rests1, rests2, epsilons, keeps, leastGradients, leastMoments, magnitude);
	}

	if (at < end) {
		adamStep(at, w, g, m, v, scales, rates, rests1, rests2, epsilons, keeps, leastGradients, leastMoments, magnitude);
	}
}
