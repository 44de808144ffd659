// Kernels over the imported memory. Addresses are byte offsets; nothing beyond a vector's end is read or written.
export {dropoutMask} from './dropout-mask';
export {randomUniform} from './random-uniform';
export {reduceShards} from './reduce';
export {squaredChanges} from './squared-changes';
export {adagrad, adam, rmsprop, rmspropCentered, rmspropCenteredMomentum, rmspropMomentum, sgd, sgdMomentum, sgdNesterov} from './update';
