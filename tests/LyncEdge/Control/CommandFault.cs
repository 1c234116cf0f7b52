namespace LyncEdge.Control;

/// <summary>The command cannot be done as it was given; its text goes into the answer.</summary>
public sealed class CommandFault(string message) : Exception(message);
