using System.Collections.Immutable;
using Presence.Core.Model;
using Presence.Core.Upstream;
using Presence.Core.Watching;

namespace Presence.Core.Documents;

/// <summary>
/// A pair as stored. Names, not numbers, for everything enumerated; times in Unix milliseconds. Golden bytes: <c>interop-fixtures/store/</c>.
/// <code>[1, authorization, forgetAt, [[id, document, expiresAt]…], [[id, document, answerBy]…],
///  [phase, id, document, expiresAt, askedAt, retryAt, offlineAt, attempts, isShowOwed], isKnown, [[endpoint, availability, note, language, priority, since]…]]</code>
/// </summary>
public static class PairDocument
{
    public const int Format = 1;

    public static byte[] Write(DocumentWriter to, WatcherPair pair)
    {
        to.BeginDocument(Format);
        to.WriteName(pair.Authorization);
        to.Write(pair.ForgetAt);
        to.BeginArray();
        foreach (var leg in pair.Legs) Write(to, leg.Leg, leg.ExpiresAt);
        to.EndArray();
        to.BeginArray();
        foreach (var poll in pair.Polls) Write(to, poll.Leg, poll.AnswerBy);
        to.EndArray();
        Write(to, pair.Upstream);
        to.Write(pair.IsKnown);
        to.BeginArray();
        foreach (var fragment in pair.Fragments) Write(to, fragment);
        to.EndArray();
        return to.EndDocument();
    }

    public static WatcherPair Read(ReadOnlySpan<byte> utf8, Address watcher)
    {
        var from = new DocumentReader(utf8);
        from.BeginDocument(Format);
        var authorization = from.ReadName<AuthorizationPhase>();
        var forgetAt = from.ReadTime();
        var legs = ImmutableArray.CreateBuilder<WatcherLeg>();
        from.BeginArray();
        while (from.TryBeginArray())
        {
            legs.Add(new WatcherLeg(ReadLeg(ref from), from.ReadTime()));
            from.EndArray();
        }

        var polls = ImmutableArray.CreateBuilder<PollLeg>();
        from.BeginArray();
        while (from.TryBeginArray())
        {
            polls.Add(new PollLeg(ReadLeg(ref from), from.ReadTime() ?? throw new DocumentException("A poll has no end.")));
            from.EndArray();
        }

        var upstream = ReadUpstream(ref from);
        var isKnown = from.ReadBoolean();
        var fragments = ReadFragments(ref from);
        from.EndArray();
        return new WatcherPair(watcher)
        {
            Authorization = authorization,
            ForgetAt = forgetAt,
            Legs = legs.DrainToImmutable(),
            Polls = polls.DrainToImmutable(),
            Upstream = upstream,
            IsKnown = isKnown,
            Fragments = fragments,
        };
    }

    private static void Write(DocumentWriter to, Leg leg, DateTimeOffset? until)
    {
        to.BeginArray();
        to.Write(leg);
        to.Write(until);
        to.EndArray();
    }

    private static void Write(DocumentWriter to, UpstreamState upstream)
    {
        to.BeginArray();
        to.WriteName(upstream.Phase);
        to.Write(upstream.Leg);
        to.Write(upstream.ExpiresAt);
        to.Write(upstream.AskedAt);
        to.Write(upstream.RetryAt);
        to.Write(upstream.OfflineAt);
        to.Write(upstream.Attempts);
        to.Write(upstream.IsShowOwed);
        to.EndArray();
    }

    private static void Write(DocumentWriter to, Fragment fragment)
    {
        to.BeginArray();
        to.Write(fragment.Endpoint);
        to.WriteName(fragment.Availability);
        to.Write(fragment.Note);
        to.Write(fragment.Language);
        to.Write(fragment.Priority);
        to.Write((DateTimeOffset?)fragment.Since);
        to.EndArray();
    }

    private static Leg ReadLeg(ref DocumentReader from) => from.ReadLeg() ?? throw new DocumentException("A leg has no document.");

    private static UpstreamState ReadUpstream(ref DocumentReader from)
    {
        from.BeginArray();
        var upstream = new UpstreamState
        {
            Phase = from.ReadName<UpstreamPhase>(),
            Leg = from.ReadLeg(),
            ExpiresAt = from.ReadTime(),
            AskedAt = from.ReadTime(),
            RetryAt = from.ReadTime(),
            OfflineAt = from.ReadTime(),
            Attempts = from.ReadInt32(),
            IsShowOwed = from.ReadBoolean(),
        };
        from.EndArray();
        return upstream == UpstreamState.Idle ? UpstreamState.Idle : upstream;
    }

    private static ImmutableArray<Fragment> ReadFragments(ref DocumentReader from)
    {
        var fragments = ImmutableArray.CreateBuilder<Fragment>();
        from.BeginArray();
        while (from.TryBeginArray())
        {
            fragments.Add(new Fragment(
                from.ReadName(), from.ReadName<Availability>(), from.ReadText(), from.ReadText(), from.ReadInt32(), from.ReadTime() ?? DateTimeOffset.UnixEpoch));
            from.EndArray();
        }

        return fragments.DrainToImmutable();
    }
}
