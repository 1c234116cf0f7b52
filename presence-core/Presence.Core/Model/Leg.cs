namespace Presence.Core.Model;

/// <summary>
/// What a side needs to speak again: dialog identifiers, route set and remote target, or JIDs. <see cref="Id"/> names the leg within
/// its (presentity, watcher) pair; <see cref="Document"/> is the side's own, starts with a format number, holds at most
/// <see cref="DocumentBytesMax"/> bytes, and is opaque to the core.
/// </summary>
public sealed record Leg(string Id, ReadOnlyMemory<byte> Document)
{
    public const int DocumentBytesMax = 16 * 1024;
}
