using System.Globalization;
using System.Text.Json.Nodes;
using Lab;
using Lab.Names;
using Lab.Sip;

namespace Appliance.Tests.Interop;

/// <summary>Two edges of one partner, each a machine of its own: what one of them answers 503 the other takes, and only when both refuse is the sender told (RFC 3263 §4.3).</summary>
public sealed class NextMachineTests
{
    private const string SecondHost = "sip2." + Stage.SipDomain;
    private const string SecondAddress = "127.0.0.78";

    [Fact, Clause("RFC 3263", "4.3"), Item("PIF-070")]
    public async Task What_one_edge_answers_503_goes_to_the_next_and_the_sender_hears_once_when_both_refuse()
    {
        var port = LabPorts.Take();
        var records = new[] { LabRecord.Host(SecondHost, SecondAddress) };
        await using var stage = await Stage.OpenAsync(new StageOptions("lync2013") { MoreRecords = records, Adjust = document => AddSecond(document, port) });
        await using var second = await LyncEdge.StartAsync(stage.Directory, stage.Parts.EdgeOptions with { Name = "second", Address = SecondAddress, Port = port });
        var juliet = await stage.Client.LogInAsync(stage.Prosody, stage.NewName("juliet"));
        var bo = $"{stage.NewName("bo")}@{Stage.SipDomain}";
        await stage.Edge.DoAsync("throttle", ("mode", "503"), ("rate", 0));
        await juliet.DoAsync("message", ("to", bo), ("body", "by the second"));
        await stage.Edge.TakeAsync("throttled", Stage.Soon, ("method", "INVITE"));
        await second.TakeAsync("message", Stage.Soon, ("to", bo), ("text", "by the second"));
        Assert.Equal(0, juliet.Count("message", ("type", "error")));

        var al = $"{stage.NewName("al")}@{Stage.SipDomain}";
        await second.DoAsync("throttle", ("mode", "503"), ("rate", 0));
        await juliet.DoAsync("message", ("to", al), ("body", "by nobody"), ("ref", "refused1"));
        await juliet.TakeAsync("message", Stage.Soon, ("type", "error"), ("id", "refused1"));
        await second.TakeAsync("throttled", Stage.Soon, ("method", "INVITE"));

        // The first takes the next one, and what both refused is not repeated by it.
        await stage.Edge.DoAsync("throttle", ("mode", "off"));
        await juliet.DoAsync("message", ("to", al), ("body", "by the first"));
        await stage.Edge.TakeAsync("message", Stage.Soon, ("to", al), ("text", "by the first"));
        Assert.Equal(1, juliet.Count("message", ("type", "error")));
        Assert.Equal(0, stage.Edge.Events.Count(e => (string?)e["text"] == "by nobody"));
    }

    private static void AddSecond(JsonObject document, int port)
    {
        var contoso = document["peers"]!.AsArray().Single(p => (string?)p!["name"] == "contoso")!;
        contoso["addresses"]!.AsArray().Add(string.Create(CultureInfo.InvariantCulture, $"{SecondHost}:{port}"));
    }
}
