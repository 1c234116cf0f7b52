using System.Collections.Immutable;
using Presence.Core.Model;

namespace Presence.Core.Composition;

/// <summary>The set of a presentity's fragments: one per endpoint, bounded, best first (RFC 8048 §6.2; the order is policy).</summary>
public static class Fragments
{
    /// <summary>
    /// Replaces the fragments of the endpoints named in <paramref name="news"/>; an offline one removes its endpoint, or all of them when it names none (RFC 6121 §4.3.2: the bare address).
    /// </summary>
    public static ImmutableArray<Fragment> Merge(ImmutableArray<Fragment> old, IReadOnlyList<Fragment> news, PresentitySettings settings)
    {
        var merged = new List<Fragment>(old.Length + Math.Min(news.Count, settings.FragmentsMax));
        merged.AddRange(old);
        foreach (var said in news)
        {
            if (said.Endpoint.Length > settings.EndpointCharactersMax) continue;
            var at = IndexOf(merged, said.Endpoint);
            if (said.Availability is Availability.Offline or Availability.Unknown)
            {
                if (said.Endpoint.Length == 0) merged.Clear();
                else if (at >= 0) merged.RemoveAt(at);
                continue;
            }

            var kept = Bounded(said, settings);
            if (at < 0) merged.Add(kept);
            else if (!LookSame(merged[at], kept)) merged[at] = kept;   // the same words again do not renew "since"
            Trim(merged, settings.FragmentsMax);
        }

        merged.Sort(BestFirst);
        return [.. merged];
    }

    /// <summary>Whether no watcher could see a difference; when it began is not seen.</summary>
    public static bool LookSame(ImmutableArray<Fragment> one, ImmutableArray<Fragment> other)
    {
        if (one.Length != other.Length) return false;
        for (var i = 0; i < one.Length; i++)
        {
            if (!LookSame(one[i], other[i])) return false;
        }

        return true;
    }

    /// <summary>The order of "most available"; equal ones by priority, then the latest, then by name so that it is always the same.</summary>
    public static int BestFirst(Fragment one, Fragment other)
    {
        var byRank = Rank(one.Availability).CompareTo(Rank(other.Availability));
        if (byRank != 0) return byRank;
        var byPriority = other.Priority.CompareTo(one.Priority);
        if (byPriority != 0) return byPriority;
        var bySince = other.Since.CompareTo(one.Since);
        return bySince != 0 ? bySince : string.CompareOrdinal(one.Endpoint, other.Endpoint);
    }

    private static int Rank(Availability availability) => availability switch
    {
        Availability.Available or Availability.FreeForChat => 0,
        Availability.OnThePhone => 1,
        Availability.InMeeting => 2,
        Availability.Busy => 3,
        Availability.DoNotDisturb => 4,
        Availability.BusyIdle => 5,
        Availability.Idle => 6,
        Availability.BeRightBack => 7,
        Availability.Away => 8,
        Availability.ExtendedAway => 9,
        Availability.OutOfOffice => 10,
        _ => 11,
    };

    private static bool LookSame(Fragment one, Fragment other) =>
        one.Endpoint == other.Endpoint && one.Availability == other.Availability && one.Note == other.Note
        && one.Language == other.Language && one.Priority == other.Priority;

    private static int IndexOf(List<Fragment> fragments, string endpoint)
    {
        for (var i = 0; i < fragments.Count; i++)
        {
            if (fragments[i].Endpoint == endpoint) return i;
        }

        return -1;
    }

    private static void Trim(List<Fragment> fragments, int max)
    {
        if (fragments.Count <= max) return;
        fragments.Sort(BestFirst);
        fragments.RemoveRange(max, fragments.Count - max);
    }

    private static Fragment Bounded(Fragment said, PresentitySettings settings)
    {
        var note = string.IsNullOrEmpty(said.Note) ? null : said.Note;
        if (note?.Length > settings.NoteCharactersMax)
        {
            // A pair of surrogates is cut whole.
            var end = char.IsHighSurrogate(note[settings.NoteCharactersMax - 1]) ? settings.NoteCharactersMax - 1 : settings.NoteCharactersMax;
            note = note[..end];
        }

        return said with
        {
            Note = note,
            Language = said.Language is { Length: > 0 and <= 35 } ? said.Language : null,   // RFC 5646 §4.4.1: 35 characters hold every tag
            Priority = Math.Clamp(said.Priority, sbyte.MinValue, sbyte.MaxValue),
            Since = Presentity.Milliseconds(said.Since),
        };
    }
}
