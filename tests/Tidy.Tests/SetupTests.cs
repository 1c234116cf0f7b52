using System.Diagnostics;

namespace Tidy.Tests;

/// <summary>The set-up step on machines that lack everything, with the programs it would ask replaced: it must not turn a stranger's machine into a server.</summary>
public sealed class SetupTests : IDisposable
{
    private readonly string _programs = Directory.CreateTempSubdirectory("gateway-setup-").FullName;

    public void Dispose() => Directory.Delete(_programs, recursive: true);

    [Fact]
    public async Task Without_root_the_one_line_is_printed_and_the_code_is_3()
    {
        Replace("dpkg-query", "exit 1");
        Replace("id", "echo 1000");
        Replace("dotnet", "echo '10.0.100 [/sdk]'");
        Replace("apt-get", "echo 'apt-get was called'");

        var (code, output) = await RunAsync();

        Assert.Equal(3, code);
        Assert.Contains("sudo ", output, StringComparison.Ordinal);
        Assert.Contains("prosody", output, StringComparison.Ordinal);
        Assert.DoesNotContain("apt-get was called", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_everything_there_nothing_is_installed()
    {
        Replace("dpkg-query", "printf 'ii '");
        Replace("dotnet", "echo '10.0.100 [/sdk]'");
        Replace("apt-get", "echo 'apt-get was called'");

        var (code, output) = await RunAsync();

        Assert.Equal(0, code);
        Assert.DoesNotContain("apt-get was called", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Starts_are_suppressed_and_no_name_server_of_the_machine_is_installed()
    {
        var script = Repository.Read("tools/setup.sh");
        var packages = script.Split('\n').Single(l => l.StartsWith("packages=", StringComparison.Ordinal)).Split('"')[1].Split(' ');

        Assert.Contains("dnsmasq-base", packages);
        Assert.DoesNotContain("dnsmasq", packages);
        // Every package that brings a daemon has its start links taken away again.
        var daemons = script.Split('\n').Single(l => l.StartsWith("daemons=", StringComparison.Ordinal)).Split('"')[1].Split(' ');
        Assert.Equal(["prosody", "ejabberd", "kamailio"], daemons);
        Assert.All(daemons, d => Assert.Contains(d, packages));
        Assert.All((string[])["kamailio-tls-modules", "sip-tester"], p => Assert.Contains(p, packages));
        Assert.Contains("policy=/usr/sbin/policy-rc.d", script, StringComparison.Ordinal);
        Assert.Contains("exit 101", script, StringComparison.Ordinal);
        Assert.Contains("trap restore_policy EXIT", script, StringComparison.Ordinal);
        var suppressed = script.LastIndexOf("suppress_starts\n", StringComparison.Ordinal);
        Assert.InRange(suppressed, 0, script.LastIndexOf("apt-get -qq install", StringComparison.Ordinal));
    }

    private void Replace(string program, string body)
    {
        var file = Path.Combine(_programs, program);
        File.WriteAllText(file, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task<(int Code, string Output)> RunAsync()
    {
        using var setup = new Process
        {
            StartInfo = new ProcessStartInfo("/bin/bash", [Path.Combine(Repository.Root, "tools", "setup.sh")]) { RedirectStandardOutput = true, UseShellExecute = false },
        };
        setup.StartInfo.Environment["PATH"] = $"{_programs}:/usr/bin:/bin";
        setup.Start();
        var output = await setup.StandardOutput.ReadToEndAsync();
        await setup.WaitForExitAsync();
        return (setup.ExitCode, output);
    }
}
