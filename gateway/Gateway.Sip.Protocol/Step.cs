using System.Runtime.InteropServices;

namespace Gateway.Sip.Protocol;

/// <summary>What a machine answers to one input: its next state and what must now be done, in order.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Step<TState, TOutput>(TState State, IReadOnlyList<TOutput> Outputs);
