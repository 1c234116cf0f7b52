using Demo;
using Lab.Processes;

// make run: the appliance from the root's appliance.json, with lab certificates, an emulated Microsoft edge and a real Prosody, all on loopback.
var options = DemoOptions.Read(args);
if (options is null)
{
    Console.Error.WriteLine("usage: Demo [--exit] [--fast] [--keep] [--config FILE]\n" +
        "  --exit  end after the conversation: 0 when every step was seen, else 1\n  --fast  no pauses\n  --keep  keep the state of the run before\n  --config  another appliance.json than the one of the repository");
    return 2;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopping.Cancel();
};
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stopping.Cancel();
});

var narrator = new Narrator(options.HasPauses ? TimeSpan.FromMilliseconds(1_200) : TimeSpan.Zero, stopping.Token);
try
{
    await using var cast = await Cast.GatherAsync(options, narrator);
    await new Show(cast, narrator).PlayAsync();
    if (options.Exits) return 0;
    narrator.Leave(cast);
    await narrator.UntilStoppedAsync();
    narrator.Plain("stopping …");
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    narrator.Plain("stopped");
    return 0;
}
catch (Exception e) when (e is LabTimeoutException or LabFaultException)
{
    narrator.Failed(e.Message);
    return 1;
}
