// Kernels over the imported memory. Addresses are byte offsets; every vector starts at a multiple of 16 and may be
// read and written up to the next multiple of 16 bytes, except where a kernel says otherwise.
export {dropoutMask} from './dropout-mask';
export {reduceShards} from './reduce';
export {adagrad, adam, rmsprop, rmspropCentered, rmspropCenteredMomentum, rmspropMomentum, sgd, sgdMomentum, sgdNesterov} from './update';
