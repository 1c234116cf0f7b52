namespace Gateway.Sip.Protocol.Conversations;

/// <summary>One MESSAGE to be sent; <see cref="Id"/> is the caller's. <see cref="Attempts"/> counts the dialogs it was tried in.</summary>
public sealed record OutgoingMessage(long Id, string ContentType, ReadOnlyMemory<byte> Body, DateTimeOffset QueuedAt = default, int Attempts = 0);
