/** The routing key of one object of a namespace, for who follows this one alone (a kubelet the ConfigMaps and Secrets of its pods). */
export const objectFeedKey = (namespace: string, name: string): string => `metadata.name=${namespace}/${name}`;
