using System.Diagnostics.Metrics;
using Gateway.Federation;
using Presence.Core.Model;

namespace Federation.Tests;

public sealed class ReasonTests
{
    [Fact]
    public void Every_reason_has_its_public_name_and_words()
    {
        foreach (var reason in Enum.GetValues<FederationReason>().Where(r => r != FederationReason.None))
        {
            var failure = FederationReasons.FailureOf(reason);
            Assert.Equal($"federation.{reason}", failure.Reason);
            Assert.NotEqual(Condition.None, failure.Condition);
            Assert.NotEmpty(failure.Text);
        }

        foreach (var reason in Enum.GetValues<PresenceReason>().Where(r => r != PresenceReason.None))
        {
            var failure = PresenceFailures.FailureOf(reason);
            Assert.Equal($"presence.{reason}", failure.Reason);
            Assert.NotEqual(Condition.None, failure.Condition);
            Assert.NotEmpty(failure.Text);
        }
    }

    [Fact]
    public void Refusals_are_counted_per_subject_and_reason_and_bounded()
    {
        var clock = new HandClock();
        var refusals = new RecentRefusals(clock);

        for (var i = 0; i < RecentRefusals.EntriesMax + 10; i++)
        {
            refusals.Add($"peer{i}", "federation.NoRoute", "text");
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        refusals.Add("peer100", "federation.NoRoute", "later text");

        var seen = refusals.Snapshot();
        Assert.Equal(RecentRefusals.EntriesMax, seen.Count);
        Assert.Equal(("peer100", 2L, "later text"), (seen[0].Subject, seen[0].Count, seen[0].Text));
        Assert.DoesNotContain(seen, r => r.Subject == "peer0");
    }

    [Fact]
    public void Names_that_a_stranger_invents_push_no_refusal_of_another_kind_out()
    {
        var clock = new HandClock();
        var refusals = new RecentRefusals(clock);
        refusals.Add("capulet", "xmpp.CertificateRefused", "it names somebody else");
        for (var i = 0; i < 1_000; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            refusals.Add($"d{i}.example", i % 2 == 0 ? "federation.UnknownPeer" : "xmpp.PeerUnknown", "text");
        }

        var seen = refusals.Snapshot();
        Assert.Equal(RecentRefusals.EntriesMax, seen.Count);
        Assert.Contains(seen, r => r.Subject == "capulet");
        Assert.Contains(seen, r => r.Subject == "d999.example");
    }

    [Fact]
    public void Words_that_say_no_more_than_the_reason_do_not_take_the_place_of_those_that_do()
    {
        var refusals = new RecentRefusals(new HandClock());
        refusals.Add("jabber", "xmpp.CertificateRefused", "it names somebody else");
        refusals.Add("jabber", "xmpp.CertificateRefused", "No trusted connection is possible.", isGeneral: true);
        refusals.Add("eb", "xmpp.QueueFull", "Too much waits.", isGeneral: true);

        Assert.Equal([("eb", 1L, "Too much waits."), ("jabber", 2L, "it names somebody else")], refusals.Snapshot().Select(r => (r.Subject, r.Count, r.Text)));
    }

    [Fact]
    public void What_a_stranger_had_a_word_in_steers_no_terminal_and_begins_no_line()
    {
        var told = new List<string>();
        var refusals = new RecentRefusals(new HandClock()) { Sink = (subject, _, text) => told.Add(subject + text) };

        refusals.Add("a\u001b[2Jb", "federation.NoRoute", "x\u009b31my\r\nrefused nobody: all is well\u202ez");

        var seen = refusals.Snapshot().Single();
        Assert.Equal(("a\\u001b[2Jb", "x\\u009b31my\\u000d\\u000arefused nobody: all is well\\u202ez"), (seen.Subject, seen.Text));
        Assert.Equal([seen.Subject + seen.Text], told);
        Assert.Equal("Grüße, 世界 \U0001F600", PrintableText.Of("Grüße, 世界 \U0001F600"));
    }

    [Fact]
    public void Passages_are_exposed_with_their_four_labels()
    {
        using var metrics = new FederationMetrics();
        using var listener = new MeterListener();
        var seen = new List<string>();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == FederationMetrics.MeterName && instrument is ObservableCounter<long>) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var text = string.Join(" ", tags.ToArray().Select(t => $"{t.Key}={t.Value}"));
            lock (seen) seen.Add($"{value} {text}");
        });
        listener.Start();

        metrics.Count(Rig.Edge, Protocol.Sip, PassageKind.Message, "ok");
        metrics.Count(Rig.Edge, Protocol.Sip, PassageKind.Message, "ok");
        metrics.Count(Rig.Edge with { Name = "discovered:sip:x.example" }, Protocol.Sip, PassageKind.Watch, "federation.NoRoute");
        listener.RecordObservableInstruments();

        lock (seen)
        {
            Assert.Contains("2 peer=contoso direction=from-sip kind=message outcome=ok", seen);
            Assert.Contains("1 peer=other direction=from-sip kind=watch outcome=federation.NoRoute", seen);
        }
    }

    [Fact]
    public void Ids_differ()
    {
        var ids = new RandomIds();

        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Select(_ => ids.NextId()).Distinct().Count());
    }
}
