# make        restore, build, fast tests, tidy: the loop of the day
# make run    set-up, build, then the appliance with an edge and a real XMPP server, playing a conversation
# make test   everything, real peers included; ends with `N passed, N failed`
# make docs   writes the generated pages of docs/
# make load   figures: messages a second, latency, CPU, memory (SUBJECT=gateway,kamailio: beside Kamailio, which it installs when root)
# make bench  nanoseconds and bytes allocated for one message (ARGS="--filter *Sip*" goes to BenchmarkDotNet)
# make golden writes the golden files anew (review the diff like code)
# make compat lists the code that exists only because a peer misbehaves
.PHONY: all build fast run test docs load bench golden compat setup clean

all: fast

setup:
	@tools/setup.sh

build:
	dotnet build Gateway.sln --nologo -v quiet -clp:NoSummary

fast:
	@tools/test-all.sh fast

run: setup
	dotnet build gateway/Gateway.Host --nologo -v quiet -clp:NoSummary
	dotnet run --project tests/Demo -- $(ARGS)

test: setup
	@tools/test-all.sh

docs:
	dotnet run --project gateway/Gateway.Host -- docs write docs

load:
	dotnet build -c Release gateway/Gateway.Host --nologo -v quiet -clp:NoSummary
	dotnet build -c Release tests/Load --nologo -v quiet -clp:NoSummary
	dotnet run -c Release --no-build --project tests/Load -- $(if $(SUBJECT),--subject $(SUBJECT)) $(ARGS)

bench:
	dotnet run -c Release --project tests/Benchmarks -- $(ARGS)

golden:
	GATEWAY_GOLDEN=write tools/test-all.sh fast

compat:
	@grep -rn --include='*.cs' 'COMPAT(' certs gateway presence-core || echo "no COMPAT tags"

clean:
	rm -rf artifacts
	dotnet clean Gateway.sln --nologo -v quiet
