using System.Text.Json.Nodes;
using Lab;
using Lab.Appliance;
using Lab.Processes;

namespace Appliance.Tests.Interop;

/// <summary>
/// A certificate of ours that has run out. One that ends while we run is told at once and wherever an operator looks, and what happens to streams with it the trust matrix shows; a
/// reload takes what else has changed and says it again, a start takes none.
/// </summary>
[Collection(nameof(TrustStage))]
public sealed class ExpiredCertificateTests(TrustStage stage)
{
    private const string Reason = "certificates.Expired";

    [Fact]
    public async Task One_that_ends_while_we_run_is_seen_in_status_log_and_metric()
    {
        var (code, table) = await stage.Gateway.VerbAsync("status");
        Assert.Equal(0, code);
        Assert.Matches(@"\bexpired +ended +2", table);
        Assert.Contains("our certificate expired has ended", table, StringComparison.Ordinal);

        var status = JsonNode.Parse(await stage.Gateway.StatusAsync())!;
        var own = status["certificates"]!["own"]!.AsArray();
        Assert.Equal(-1, own.Single(c => c!["name"]!.GetValue<string>() == "expired")!["daysLeft"]!.GetValue<int>());
        Assert.InRange(own.Single(c => c!["name"]!.GetValue<string>() == "gateway")!["daysLeft"]!.GetValue<int>(), 290, 300);
        Assert.True(await stage.Gateway.MetricAsync("gateway_host_refusals_total", $"reason=\"{Reason}\"") > 0);
        await stage.Gateway.LineAsync("the end in the log", l => l.Contains($"refused expired: {Reason}: Our own certificate ended", StringComparison.Ordinal), Stage.Soon);
    }

    [Fact]
    public async Task A_reload_with_it_says_so_and_takes_what_else_has_changed()
    {
        var before = JsonNode.Parse(await stage.Gateway.StatusAsync())!["certificates"]!["version"]!.GetValue<int>();
        var (code, words) = await stage.Gateway.VerbAsync("reload");
        Assert.Equal(0, code);
        Assert.Contains("warning: $.certificates.own", words, StringComparison.Ordinal);
        Assert.Contains(Reason, words, StringComparison.Ordinal);
        Assert.Equal(before, JsonNode.Parse(await stage.Gateway.StatusAsync())!["certificates"]!["version"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_start_with_it_fails_with_the_reason()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(stage.Directory.Root, "appliance.json")))!.AsObject();
        document["listeners"]!["admin"] = "run/second.sock";
        var file = Path.Combine(stage.Directory.Folder("second"), "appliance.json");
        await File.WriteAllTextAsync(file, document.ToJsonString());

        var (code, words) = await LabProcess.RunAsync("gateway run", GatewayProcess.Executable, ["run", "--config", file], Stage.Soon, Path.GetDirectoryName(file));

        Assert.NotEqual(0, code);
        Assert.Contains(Reason, words, StringComparison.Ordinal);
        Assert.Contains("ours-expired.crt.pem' ended", words, StringComparison.Ordinal);
    }
}
