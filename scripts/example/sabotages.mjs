/**
 * Bugs that people really write, as replacements in the example's files. `expectedCauses`: the names that may come
 * first among the causes found.
 */
export const sabotages = [
  {
    name: 'labels shuffled',
    files: {
      'src/data.ts': [
        [
          'const classes = Int32Array.from(labels)',
          // 7919 is prime: every label goes to exactly one other digit.
          'const classes = Int32Array.from(labels, (_, i) => labels[(7919 * (i + 1)) % count]!)',
        ],
      ],
    },
    expectedCauses: ['labels-independent-of-inputs'],
  },
  {
    name: 'softmax twice',
    files: {
      'src/model.ts': [
        [
          "tf.layers.dense({ units: 10, activation: 'softmax' })",
          "tf.layers.dense({ units: 10, activation: 'softmax' }),\n    tf.layers.softmax()",
        ],
      ],
    },
    expectedCauses: ['redundant-softmax'],
  },
  {
    name: 'learning rate 1e-6',
    files: { 'src/model.ts': [['tf.train.adam(1e-3)', 'tf.train.adam(1e-6)']] },
    expectedCauses: ['learning-rate-too-low'],
  },
  {
    name: 'inputs 0 to 255, weights N(0, 1)',
    files: {
      'src/data.ts': [['pixel / 255', 'pixel']],
      'src/model.ts': [
        [
          "activation: 'relu' })",
          "activation: 'relu', kernelInitializer: tf.initializers.randomNormal({ stddev: 1 }) })",
        ],
      ],
    },
    expectedCauses: ['unnormalized-inputs', 'init-too-large'],
  },
  {
    name: 'softmax over the batch axis',
    files: {
      'src/model.ts': [
        [
          "tf.layers.dense({ units: 10, activation: 'softmax' })",
          'tf.layers.dense({ units: 10 }),\n    new Probabilities()',
        ],
        [
          'function compile(',
          `class Probabilities extends tf.layers.Layer {
  static className = 'Probabilities'

  call(inputs: tf.Tensor | tf.Tensor[]) {
    const [logits] = Array.isArray(inputs) ? inputs : [inputs]
    return tf.tidy(() => tf.softmax(logits!.transpose()).transpose())
  }

  computeOutputShape(shape: tf.Shape) {
    return shape
  }
}

function compile(`,
        ],
      ],
    },
    expectedCauses: ['examples-mixed'],
  },
]
