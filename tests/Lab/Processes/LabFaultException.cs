namespace Lab.Processes;

/// <summary>A process of the lab could not be started or refused a command: the lab is broken, not the product.</summary>
public sealed class LabFaultException(string message) : Exception(message);
