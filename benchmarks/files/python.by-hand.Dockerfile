# syntax=docker/dockerfile:1
FROM python:3.14-slim AS build
WORKDIR /app
RUN python -m venv --without-pip .venv
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=requirements.txt,target=requirements.txt \
    pip --python .venv/bin/python install --compile -r requirements.txt

FROM python:3.14-slim
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
COPY --from=build /app/.venv .venv
COPY main.py .
USER 10001:10001
EXPOSE 8000
CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
