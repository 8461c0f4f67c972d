# One image per service: docker build --build-arg SERVICE=Fetch -t storyline/fetch .
#   SERVICE        Fetch, Parse, Enrich, Search, Partner or Platform (all five in one process, and the storyline command line)
#   SDK_IMAGE      the .NET SDK that compiles; RUNTIME_IMAGE  what the service runs on: ASP.NET Core, ICU, no shell
# All services are compiled by one layer, so that the images after the first take seconds. No BuildKit is needed.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0.401
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0.12-noble-chiseled-extra

FROM ${SDK_IMAGE} AS build
ENV CI=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /src
COPY .editorconfig global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt ./
COPY protos protos
COPY samples samples
COPY services services
RUN dotnet build services/Platform/Platform.csproj --configuration Release -nodeReuse:false
ARG SERVICE
ARG ASSEMBLY=Storyline.${SERVICE}
RUN dotnet publish "services/${SERVICE}/${SERVICE}.csproj" --configuration Release --no-build --output /app \
    && mv "/app/${ASSEMBLY}" /app/service \
    && mkdir /data

FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY --from=build /app .
COPY --from=build --chown=1654:1654 /data /data
# glibc keeps freed native memory in up to eight arenas a core, which fill slowly; two serve as fast (docs/benchmarks.md).
ENV MALLOC_ARENA_MAX=2
# Everything else is configuration: Bus__RabbitMq, Database__PostgreSql, Cache__Redis, OTEL_EXPORTER_OTLP_ENDPOINT …
ENV Http__Host=0.0.0.0 Http__Port=8080 Http__GrpcPort=8081 Storage__Path=/data ASPNETCORE_HTTP_PORTS=
# The root file system may be read-only; /data is written to, and /tmp where there is one.
VOLUME /data
USER 1654:1654
EXPOSE 8080 8081
ENTRYPOINT ["/app/service"]
