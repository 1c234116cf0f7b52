namespace Load;

/// <summary>The run cannot go on: the subject did not start, refused what it should take, or did not answer.</summary>
internal sealed class LoadFailureException(string message) : Exception(message);
