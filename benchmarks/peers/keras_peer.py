"""Keras on TensorFlow in graph mode: bare steps by a compiled tf.function, whole runs by `fit`."""
import os

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import keras
import tensorflow as tf

from common import HIDDEN, batch_size, images, report, split_validation, task, time_steps

tf.config.threading.set_intra_op_parallelism_threads(task['threads'])
tf.config.threading.set_inter_op_parallelism_threads(task['threads'])
keras.utils.set_random_seed(1)
L = keras.layers


def network(name):
    if name == 'cnn':
        return keras.Sequential([
            keras.Input([28, 28, 1]),
            L.Conv2D(32, 5, padding='same', activation='relu'), L.MaxPooling2D(2),
            L.Conv2D(64, 5, padding='same', activation='relu'), L.MaxPooling2D(2),
            L.Flatten(), L.Dense(1024, activation='relu'), L.Dropout(0.5), L.Dense(10, activation='softmax')])
    first = [keras.Input([28, 28, 1]), L.Flatten()]
    if name == 'snn':
        return keras.Sequential([*first, L.Dense(64, activation='sigmoid'), L.Dense(10, activation='softmax')])
    return keras.Sequential([*first, *(L.Dense(128, activation='relu') for _ in range(HIDDEN[name])), L.Dense(10, activation='softmax')])


name = task['network']
net = network(name)
optimizer = keras.optimizers.SGD(0.5) if name == 'snn' else keras.optimizers.Adam(3e-4 if name == 'cnn' else 1e-3)


def bare_steps():
    x, y = images('train', task['images'])
    X, Y = tf.constant(x[..., None]), tf.constant(y)
    loss_of = keras.losses.SparseCategoricalCrossentropy()
    optimizer.build(net.trainable_variables)

    @tf.function(jit_compile=False)
    def step(first, size):
        batch, labels = X[first:first + size], Y[first:first + size]
        with tf.GradientTape() as tape:
            loss = loss_of(labels, net(batch, training=True))
        gradients = tape.gradient(loss, net.trainable_variables)
        optimizer.apply_gradients(zip(gradients, net.trainable_variables))
        return loss

    time_steps(lambda first, last: step(tf.constant(first), last - first), len(x))


def whole_run():
    (x, y), (vx, vy) = split_validation(*images('train', task['images']))
    tx, ty = images('test')
    net.compile(optimizer=optimizer, loss='sparse_categorical_crossentropy', metrics=['accuracy'], jit_compile=False)
    validation = {'validation_data': (vx[..., None], vy)} if len(vx) else {}
    net.fit(x[..., None], y, batch_size=batch_size(len(x)), epochs=task['epochs'], verbose=0, shuffle=task['batch'] != 'all', **validation)
    loss, accuracy = net.evaluate(tx[..., None], ty, batch_size=1024, verbose=0)
    report(loss=loss, accuracy=accuracy)


if task['mode'] == 'whole':
    whole_run()
else:
    bare_steps()
