using System.Globalization;
using System.Text.Json.Nodes;
using Lab;
using Lab.Names;
using Lab.Processes;
using Lab.Sip;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>
/// SIPp in the place of a SIP peer, both calling and being called. Its exit code says whether each call went as its scenario has it, its statistics how many did; the XMPP side says
/// whether what was answered also arrived, once.
/// </summary>
public sealed class SippTests(SippTests.Fixture fixture) : IClassFixture<SippTests.Fixture>
{
    private Stage Stage => fixture.Stage;

    [Theory]
    [InlineData("uac-watch", 5)]
    [InlineData("uac-poll", 5)]
    [InlineData("uac-options", 5)]
    [InlineData("uac-refused", 2)]
    [InlineData("uac-cancel", 3)]
    [InlineData("uac-repeats", 5)]
    public async Task Calls_of_SIPp_go_as_their_scenario_says(string scenario, int calls)
    {
        var juliet = await BeginAsync();
        await CallAsync(scenario, calls, juliet.Address);
    }

    [Theory]
    [InlineData("uac-page", 20, "page {0} of sipp")]
    [InlineData("uac-session", 10, "line 2 of sipp {0}")]
    [InlineData("uac-retransmits", 3, "line once {0} of sipp")]
    public async Task Lines_of_SIPp_arrive_once(string scenario, int calls, string line)
    {
        var juliet = await BeginAsync();
        await CallAsync(scenario, calls, juliet.Address);
        for (var call = 1; call <= calls; call++)
        {
            var text = string.Format(CultureInfo.InvariantCulture, line, call);
            await juliet.TakeAsync("message", Stage.Soon, ("body", text));
            Assert.Equal(1, juliet.Count("message", ("body", text)));
        }
    }

    [Fact, Item("RN-029")]
    public async Task A_hundred_at_once_for_one_user_meet_no_error_of_ours()
    {
        var juliet = await BeginAsync();
        await CallAsync("uac-watch", 100, juliet.Address);
    }

    [Fact]
    public async Task SIPp_is_watched_by_an_XMPP_user_through_a_refresh_to_the_end()
    {
        var juliet = await BeginAsync();
        await using var sipp = await Sipp.WaitsAsync(Stage.Directory, fixture.Relay, "uas-watched", 1);
        await juliet.DoAsync("subscribe", ("to", "u0@" + Sipp.Domain));
        await juliet.TakeAsync("presence", Stage.Soon, ("bare", "u0@" + Sipp.Domain), ("type", "subscribed"));
        await juliet.TakeAsync("presence", Stage.Soon, ("bare", "u0@" + Sipp.Domain), ("type", "available"));
        await juliet.TakeAsync("presence", Stage.Soon, ("bare", "u0@" + Sipp.Domain), ("type", "unavailable"));
        await juliet.TakeAsync("presence", Stage.Soon, ("bare", "u0@" + Sipp.Domain), ("type", "unsubscribed"));
        Judge(await sipp.EndAsync(), 1);
    }

    [Theory]
    [InlineData("uas-session", "an answer of sipp")]
    [InlineData("uas-retransmits", "still one talk")]
    public async Task SIPp_is_called_by_an_XMPP_user_and_answers(string scenario, string answer)
    {
        var juliet = await BeginAsync();
        var callee = Stage.NewName("u") + "@" + Sipp.Domain;
        await using var sipp = await Sipp.WaitsAsync(Stage.Directory, fixture.Relay, scenario, 1);
        await juliet.DoAsync("message", ("to", callee), ("body", "hello sipp"));
        await juliet.TakeAsync("message", Stage.Soon, ("bare", callee), ("body", answer));
        Judge(await sipp.EndAsync(), 1);
        Assert.Equal(0, juliet.Count("message", ("bare", callee), ("type", "error")));
    }

    [Fact]
    public async Task SIPp_refuses_and_its_refusal_is_acknowledged_and_told()
    {
        var juliet = await BeginAsync();
        var callee = Stage.NewName("u") + "@" + Sipp.Domain;
        await using var sipp = await Sipp.WaitsAsync(Stage.Directory, fixture.Relay, "uas-busy", 1);
        await juliet.DoAsync("message", ("to", callee), ("body", "hello sipp"), ("ref", "busy1"));
        await juliet.TakeAsync("message", Stage.Soon, ("type", "error"), ("id", "busy1"), ("error.condition", "service-unavailable"));
        Judge(await sipp.EndAsync(), 1);
    }

    [Fact, Clause("RFC 3261", "9.1")]
    public async Task SIPp_rings_until_our_INVITE_is_cancelled_and_the_sender_is_told()
    {
        var juliet = await BeginAsync();
        var callee = Stage.NewName("u") + "@" + Sipp.Domain;
        await using var sipp = await Sipp.WaitsAsync(Stage.Directory, fixture.Relay, "uas-cancelled", 1);
        await juliet.DoAsync("message", ("to", callee), ("body", "is anybody there?"), ("ref", "rings1"));
        await juliet.TakeAsync("message", Stage.Soon, ("type", "error"), ("id", "rings1"), ("error.condition", "service-unavailable"));
        Judge(await sipp.EndAsync(), 1);
    }

    /// <summary>A new user, when the gateway has seen that the SIPp of the test before is gone: what it sent by that one's connections would be lost.</summary>
    private async Task<XmppUser> BeginAsync()
    {
        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await Stage.Gateway.MetricAsync("gateway_sip_connections", "peer=\"sipp\"") > 0)
        {
            if (deadline.IsCancellationRequested) throw new LabTimeoutException("a SIPp that has ended is still connected");
            await look.WaitForNextTickAsync();
        }

        return await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
    }

    private async Task CallAsync(string scenario, int calls, string to)
    {
        await using var sipp = Sipp.Calls(Stage.Directory, fixture.Relay, scenario, calls, ("to", to));
        Judge(await sipp.EndAsync(), calls);
    }

    private void Judge(SippResult result, int calls)
    {
        Stage.Directory.IsKept |= result.ExitCode != 0;
        Assert.True(result.ExitCode == 0, $"SIPp ended with {result.ExitCode}; its messages are in {Stage.Directory.Root}/sipp\n{result.Errors}");
        Assert.Equal(calls, result.Count("SuccessfulCall(C)"));
        Assert.Equal(0, result.Count("FailedCall(C)"));
        Assert.Equal(0, result.Count("OutOfCallMsgs(C)"));
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private readonly int _port = LabPorts.Take();
        private Stage? _stage;
        private TlsRelay? _relay;

        public Lab.Stage Stage => _stage ?? throw new InvalidOperationException("the stage is not open");

        public TlsRelay Relay => _relay ?? throw new InvalidOperationException("the stage is not open");

        public async Task InitializeAsync()
        {
            _stage = await Lab.Stage.OpenAsync(new StageOptions("lync2013") { Adjust = AddPeer, MoreDomains = [Sipp.Domain], MoreRecords = [LabRecord.Host(Sipp.Fqdn)] });
            _relay = new TlsRelay(_stage.Authority.Issue("sipp", [Sipp.Fqdn]), _port, _stage.Parts.File.SipPort);
        }

        public async Task DisposeAsync()
        {
            if (_relay is not null) await _relay.DisposeAsync();
            if (_stage is not null) await _stage.DisposeAsync();
        }

        private void AddPeer(JsonObject document) => document["peers"]!.AsArray().Add(new JsonObject
        {
            ["name"] = "sipp", ["protocol"] = "sip", ["addresses"] = new JsonArray($"{Sipp.Fqdn}:{_port.ToString(CultureInfo.InvariantCulture)}"),
            ["tlsSubjects"] = new JsonArray(Sipp.Fqdn), ["fromDomains"] = new JsonArray(Sipp.Domain), ["privateTargets"] = true,
            ["sip"] = new JsonObject { ["ringSecondsMax"] = 12 },
        });
    }
}
