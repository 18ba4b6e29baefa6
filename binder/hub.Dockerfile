# An image for JupyterHub, with the kit installed. In the repository's root:
#     docker build -f binder/hub.Dockerfile -t compact-cnn-course .
# Not called Dockerfile: Binder would build from that and leave the other files of this folder out.
FROM quay.io/jupyter/base-notebook:python-3.12

USER root
WORKDIR /opt/compact-cnn-course
RUN chown "${NB_UID}" .
USER ${NB_UID}

COPY binder/requirements.txt binder/
RUN pip install --no-cache-dir -r binder/requirements.txt "nbgitpuller>=1.2,<2"
COPY --chown=${NB_UID} pyproject.toml README.md LICENSE requirements.txt ./
COPY --chown=${NB_UID} course course
COPY --chown=${NB_UID} notebooks notebooks
RUN pip install --no-cache-dir --no-deps -e .

# Programs see all cores of the hub's machine, and would start a thread for each, for every student.
ENV OMP_NUM_THREADS=2 TF_NUM_INTRAOP_THREADS=2 TF_NUM_INTEROP_THREADS=1

# A student's own copies, in a home folder that is kept: `python -m course start` in a terminal there.
WORKDIR /home/jovyan
