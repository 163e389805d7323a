import { meshCompliance } from '../../compliance/mesh.js'
import { libp2pHarness } from './libp2p-harness.js'

meshCompliance('libp2p host', libp2pHarness)
