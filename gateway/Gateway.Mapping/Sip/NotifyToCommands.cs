using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Availability;
using Gateway.Mapping.Documents;
using Gateway.Sip.Protocol.Subscriptions;
using Gateway.Sip.Protocol.Wire;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Mapping.Sip;

/// <summary>
/// What a notifier says into commands to the core: RFC 6665 §4.1.3, field facts B8 and D2. A piggybacked notification in a 200 is read the same way.
/// </summary>
public static class NotifyToCommands
{
    private const int TuplesMax = 16;
    private const int NoteCharsMax = 1_000;

    /// <summary>
    /// The commands of one notification, in order. <paramref name="reason"/> is set when the body could not be read: the state of the subscription still counts, the last known presence stays.
    /// </summary>
    public static IReadOnlyList<PresentityCommand> Read(
        Address watcher, SubscriptionStateHeader state, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body, AvailabilityTables tables, DateTimeOffset now, out MappingReason reason)
    {
        reason = MappingReason.None;
        if (state.IsPending) return [new UpstreamPending(watcher)];
        var shown = ReadBody(watcher, contentType, body, tables, now, out reason);
        if (state.IsTerminated)
        {
            // A state that never changes needs no subscription: it is granted, shown, and stands.
            if (TerminationReasons.Read(state.Reason) == TerminationReason.Invariant) return shown is null || body.IsEmpty ? [new UpstreamGranted(watcher)] : [new UpstreamGranted(watcher), shown];
            var ending = OfTermination(watcher, state);
            return shown is null || body.IsEmpty ? [ending] : [shown, ending];
        }

        // RFC 8048 §5.2: the first active notification is the grant; active without a body is offline.
        return shown is null ? [new UpstreamGranted(watcher)] : [new UpstreamGranted(watcher), shown];
    }

    private static PresentityCommand OfTermination(Address watcher, SubscriptionStateHeader state)
    {
        var retryAfter = (int?)state.RetryAfterSeconds;
        return TerminationReasons.Read(state.Reason) switch
        {
            TerminationReason.Rejected => new UpstreamDenied(watcher, PresenceReason.Rejected),
            TerminationReason.NoResource => new UpstreamDenied(watcher, PresenceReason.NoSuchPresentity),

            // RFC 6665 §4.1.3: retry-after has no meaning for these two.
            TerminationReason.Deactivated or TerminationReason.Timeout => new UpstreamEnded(watcher, RetryNow: true, null),
            TerminationReason.Probation or TerminationReason.GiveUp => new UpstreamEnded(watcher, RetryNow: false, retryAfter),
            _ => new UpstreamEnded(watcher, RetryNow: retryAfter is null, retryAfter),
        };
    }

    private static UpstreamShowed? ReadBody(
        Address watcher, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body, AvailabilityTables tables, DateTimeOffset now, out MappingReason reason)
    {
        reason = MappingReason.None;
        if (body.IsEmpty) return new UpstreamShowed(watcher, [], IsFullState: true);
        if (MediaType.Matches(contentType, "application/pidf+xml"u8))
            return PidfReader.TryRead(body, out var pidf, out reason) ? new UpstreamShowed(watcher, FragmentsOf(pidf, tables, now), IsFullState: true) : null;
        if (MediaType.Matches(contentType, "text/xml+msrtc.pidf"u8))
            return MsrtcReader.TryRead(body, out var msrtc, out reason) ? new UpstreamShowed(watcher, FragmentsOf(msrtc, tables, now), IsFullState: true) : null;
        reason = MappingReason.BodyTypeUnsupported;
        return null;
    }

    /// <summary>The open tuples of a document as fragments; none means offline.</summary>
    public static IReadOnlyList<Fragment> FragmentsOf(PresenceDocument document, AvailabilityTables tables, DateTimeOffset now)
    {
        var fragments = new List<Fragment>();
        foreach (var tuple in document.Tuples)
        {
            if (fragments.Count == TuplesMax) break;

            // RFC 3863 §4.1.4: a tuple without basic status says nothing of reachability; Microsoft and RPID peers that send one mean present.
            var activities = tuple.Activities.Count > 0 ? tuple.Activities : document.PersonActivities;
            var state = tables.FromTuple(tuple.IsOpen ?? activities.Count > 0, activities, tuple.Show);
            if (state == Presence.Core.Model.Availability.Offline) continue;
            fragments.Add(new Fragment(
                EndpointOf(tuple.Id), state, Cut(tuple.Note ?? document.Note), tuple.NoteLanguage ?? document.NoteLanguage,
                (tuple.ContactPriority ?? 0) * 127 / 1000, tuple.Timestamp ?? now));
        }

        return fragments;
    }

    private static IReadOnlyList<Fragment> FragmentsOf(MsrtcDocument document, AvailabilityTables tables, DateTimeOffset now)
    {
        var state = tables.FromMsrtc(document);
        return state == Presence.Core.Model.Availability.Offline ? [] : [new Fragment(SipEndpoints.Default, state, Cut(document.Note), null, 0, now)];
    }

    // RFC 8048 §6.2 recommends the prefix; Microsoft's one tuple is always "0".
    private static string EndpointOf(string id)
    {
        if (id.StartsWith("ID-", StringComparison.Ordinal)) id = id[3..];
        return id.Length is 0 or > 64 || id == "0" ? SipEndpoints.Default : id;
    }

    [return: NotNullIfNotNull(nameof(note))]
    private static string? Cut(string? note)
    {
        if (note is null || note.Length <= NoteCharsMax) return note;
        return note[..(char.IsHighSurrogate(note[NoteCharsMax - 1]) ? NoteCharsMax - 1 : NoteCharsMax)];
    }
}
