using System.Diagnostics.Metrics;

namespace Transport.Tests;

public sealed class MetricsTests
{
    [Fact]
    public async Task The_instruments_of_the_room_and_their_labels_are_these()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == TransportMetrics.MeterName) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((i, _, tags, _) => Note(i, tags));
        listener.SetMeasurementEventCallback<int>((i, _, tags, _) => Note(i, tags));
        listener.SetMeasurementEventCallback<double>((i, _, tags, _) => Note(i, tags));
        listener.Start();

        await using (var rig = new Rig(tls: Rig.Mutual))
        {
            var client = new RecordingHandler();
            var dialled = await rig.DialAsync(client, Rig.Lab.Issue("client.example"));
            dialled.Connection!.TrySend(new byte[rig.Hub.Limits.UnsentBytesMax + 1]);
            dialled.Connection.Close();
            await client.ClosedAsync();
            await rig.DialAsync(new RecordingHandler());
            await rig.RefusedAsync();
            await new Dialer(rig.Hub).DialAsync(rig.Target with { Endpoints = [] }, new DialOptions(), new RecordingHandler(), CancellationToken.None);
            listener.RecordObservableInstruments();
        }

        string[] expected =
        [
            "gateway_transport_connections()",
            "gateway_transport_connections_closed_total(label,direction,reason)",
            "gateway_transport_connections_opened_total(label,direction)",
            "gateway_transport_connections_refused_total(label,reason)",
            "gateway_transport_dials_failed_total(label,reason)",
            "gateway_transport_handshake_seconds(label,direction,reason)",
            "gateway_transport_received_bytes_total()",
            "gateway_transport_sends_refused_total(label)",
            "gateway_transport_sent_bytes_total()",
        ];
        lock (seen) Assert.Equal(expected, seen);

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = string.Join(',', tags.ToArray().Select(t => t.Key));
            lock (seen) seen.Add($"{instrument.Name}({labels})");
        }
    }

    [Fact]
    public void Limits_that_contradict_each_other_fail_before_traffic_does()
    {
        var impossible = new TransportLimits { ConnectionsMax = 10, ConnectionsPerAddressMax = 11 };

        Assert.Throws<InvalidOperationException>(() => new TransportHub(impossible, TimeProvider.System));
    }
}
