/** Whether a node's condition `Ready` is true. */
export const isReady = (node: unknown): boolean => {
  const { status } = node as { readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } };
  return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
};
