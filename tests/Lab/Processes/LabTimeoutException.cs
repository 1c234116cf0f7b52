namespace Lab.Processes;

/// <summary>An event that a test waited for did not come in time. The message names what was waited for and what had happened until then.</summary>
public sealed class LabTimeoutException(string message) : Exception(message);
