namespace Presence.Core.Model;

/// <summary>
/// One piece of a presentity's state: what one of its endpoints (an XMPP resource, a SIP device or tuple) said of itself.
/// <see cref="Priority"/> is −128 to 127 (RFC 6121 §4.7.2.3); a negative one never takes messages.
/// </summary>
public sealed record Fragment(
    string Endpoint, Availability Availability, string? Note, string? Language, int Priority, DateTimeOffset Since);
