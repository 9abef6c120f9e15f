export { checkCluster, type ClusterError, clusterErrorText, type ReadCluster, readClusterFile, readClusterText, UnreadableClusterFile } from './read-cluster.js';
