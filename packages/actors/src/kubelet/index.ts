export { FOLLOW_WAIT, kubelet, type KubeletConfig, type KubeletState } from './kubelet.js';
