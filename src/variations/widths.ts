import type * as tf from '@tensorflow/tfjs'
import { coreOf } from '../training/internals.js'

type Layer = tf.layers.Layer
type Tensor = tf.SymbolicTensor

interface GraphNode {
  inputTensors: Tensor[]
  outputTensors: Tensor[]
}
interface GraphLayer {
  layer?: Layer
  mergeMode?: string
  axis?: number
  inboundNodes: GraphNode[]
}

/** Layers whose width is a setting of theirs. */
const free =
  /^(Dense|Conv[123]D|Conv[23]DTranspose|SeparableConv2D|SimpleRNN|GRU|LSTM|ConvLSTM2D|RNN|Embedding|Bidirectional)$/
/** Layers that give as many channels as they take. */
const passing =
  /^(Activation|.*Dropout(1D)?|GaussianNoise|BatchNormalization|LayerNormalization|.*ReLU|ELU|Softmax|(Global)?(Max|Average)Pooling[123]D|UpSampling2D|ZeroPadding2D|Cropping2D|Masking|RepeatVector|Rescaling|Resizing|CenterCrop)$/
const summing = /^(Add|Average|Multiply|Maximum|Minimum)$/

/**
 * Which layers may change their width: widths that are added to each other change together, and those of inputs and
 * outputs, and what layers of unknown classes take and give, stay.
 */
export function freeWidths(model: tf.LayersModel): {
  layers: Set<string>
  /** Inner models that take what such a layer gives: name, which input, and the layer. */
  innerInputs: Array<{ model: string; input: number; from: string }>
} {
  const graph = new WidthGraph()
  const { outputs, inputs } = coreOf(model)
  for (const tensor of [...inputs, ...outputs]) graph.fix(tensor)
  for (const tensor of outputs) graph.visit(tensor)
  return graph.result()
}

class WidthGraph {
  private readonly parents = new Map<number, number>()
  private readonly fixed = new Set<number>()
  private readonly visited = new Set<number>()
  private readonly setters: Array<{ layer: Layer; output: number }> = []
  /** Widths that follow from others: the width and what it follows from. */
  private readonly derived: Array<{ output: number; inputs: number[] }> = []
  private readonly inner: Array<{ model: string; input: number; tensor: number }> = []

  fix({ id }: Tensor): void {
    this.fixed.add(id)
  }

  visit(tensor: Tensor): void {
    if (this.visited.has(tensor.id)) return
    this.visited.add(tensor.id)
    const layer = tensor.sourceLayer as unknown as Layer & GraphLayer
    const node = layer.inboundNodes[tensor.nodeIndex ?? 0]
    const inputs = node?.inputTensors ?? []
    for (const output of node?.outputTensors ?? []) this.visited.add(output.id)
    if ('layers' in layer) this.enterModel(layer as unknown as tf.LayersModel, node!)
    else if (inputs.length > 0) this.relate(layer, node!)
    for (const input of inputs) this.visit(input)
  }

  private enterModel(model: tf.LayersModel, { inputTensors, outputTensors }: GraphNode): void {
    const { inputs, outputs } = coreOf(model)
    inputs.forEach((input, i) => {
      this.visited.add(input.id)
      this.join(input, inputTensors[i]!)
      this.inner.push({ model: model.name, input: i, tensor: input.id })
    })
    outputs.forEach((output, i) => {
      this.join(output, outputTensors[i]!)
      this.visit(output)
    })
  }

  private relate(layer: Layer & GraphLayer, { inputTensors, outputTensors }: GraphNode): void {
    const name = kindOf(layer)
    const [output] = outputTensors
    if (free.test(name)) {
      this.setters.push({ layer, output: output!.id })
      // States that a recurrent layer takes and gives are as wide as its output.
      if (name === 'Bidirectional' && inputTensors.length + outputTensors.length > 2) {
        for (const tensor of [...inputTensors, ...outputTensors]) this.fix(tensor)
      } else
        for (const state of [...inputTensors.slice(1), ...outputTensors.slice(1)]) this.join(output!, state)
    } else if (passing.test(name)) this.join(output!, inputTensors[0]!)
    else if (summing.test(name)) this.joinAlike(output!, inputTensors)
    else if (name === 'Concatenate' && isLastAxis(layer, output!)) this.follow(output!, inputTensors)
    else if (name === 'Concatenate') this.joinAlike(output!, inputTensors)
    else if (name === 'Flatten' || name === 'DepthwiseConv2D') this.follow(output!, inputTensors)
    else for (const tensor of [...inputTensors, ...outputTensors]) this.fix(tensor)
  }

  private joinAlike(output: Tensor, inputs: Tensor[]): void {
    for (const input of inputs) {
      if (input.shape.at(-1) === output.shape.at(-1)) this.join(output, input)
      else this.fix(input)
    }
  }

  private follow({ id }: Tensor, inputs: Tensor[]): void {
    this.derived.push({ output: id, inputs: inputs.map((input) => input.id) })
  }

  private join(a: Tensor, b: Tensor): void {
    this.parents.set(this.root(a.id), this.root(b.id))
  }

  private root(id: number): number {
    const parent = this.parents.get(id)
    return parent === undefined || parent === id ? id : this.root(parent)
  }

  result(): ReturnType<typeof freeWidths> {
    const stays = new Set([...this.fixed].map((id) => this.root(id)))
    const setBy = new Set(this.setters.map(({ output }) => this.root(output)))
    const innerRoots = new Set(this.inner.map(({ tensor }) => this.root(tensor)))
    const following = new Set<number>()
    for (const { output } of this.derived) {
      const root = this.root(output)
      // Two rules for one width, or an inner model that writes the width down: both have to stay.
      if (setBy.has(root) || following.has(root) || innerRoots.has(root)) stays.add(root)
      following.add(root)
    }
    for (let before = -1; before !== stays.size; ) {
      before = stays.size
      for (const { output, inputs } of this.derived) {
        if (stays.has(this.root(output))) for (const input of inputs) stays.add(this.root(input))
      }
      // A layer called several times has one width.
      const kept = new Set(
        this.setters.filter((one) => stays.has(this.root(one.output))).map((one) => one.layer),
      )
      for (const { layer, output } of this.setters) if (kept.has(layer)) stays.add(this.root(output))
    }
    const changing = this.setters.filter(({ output }) => !stays.has(this.root(output)))
    return {
      layers: new Set(changing.map(({ layer }) => layer.name)),
      innerInputs: this.inner.flatMap(({ model, input, tensor }) => {
        const from = changing.find(({ output }) => this.root(output) === this.root(tensor))
        return from ? [{ model, input, from: from.layer.name }] : []
      }),
    }
  }
}

/** Class of a layer, or of the one that is called at each step of a sequence. */
function kindOf(layer: Layer & GraphLayer): string {
  return layer.getClassName() === 'TimeDistributed'
    ? kindOf(layer.layer as Layer & GraphLayer)
    : layer.getClassName()
}

function isLastAxis({ axis = -1 }: GraphLayer, { shape }: Tensor): boolean {
  return axis === -1 || axis === shape.length - 1
}
